#pragma once
// What becomes of a tap made while the office could not hear it.

#include "client/dispatch/rule.hpp"

#include <span>
#include <string>

namespace outrider::dispatch {

struct Intent {
    Action action;
    Instant at{};  // when it happened
};

enum class Fate : std::uint8_t {
    send,    // nothing stands against it
    settle,  // it is so already: nothing to do
    hold,    // not now: it waits for the office, and so does what follows on that appointment
    notice,  // it has no point any more: dropped, and a card says so
    card,    // the technician and the office disagree: a card to decide on
};
std::string_view name(Fate);

struct Judgement {
    Fate fate = Fate::send;
    std::string reason;  // empty for send
    Id other = 0;        // the appointment that is in the way
};

// Judged by what the office says now, never by who was heard last.
Judgement judge(const Day& office, const Action& intent);
// When the office itself has refused it, whatever we know.
Judgement refused(Verb, const Refusal&);

// Whether sending this dispatch may tell the customer that somebody is on the way: not when it is
// older than `stale`, and not when what follows in the queue says otherwise.
bool tells_customer(std::span<const Intent> queue, std::size_t index, Instant now, Duration stale);

}  // namespace outrider::dispatch
