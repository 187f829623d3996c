#pragma once
// What may be done, and what it makes of the day.

#include "client/dispatch/day.hpp"

#include <array>
#include <span>
#include <string>
#include <variant>
#include <vector>

namespace outrider::dispatch {

enum class Verb : std::uint8_t {
    check_in,   // the office's alone, and for the day
    check_out,  // likewise
    assign,     // likewise
    unassign,   // likewise; nobody who is Dispatched, Working or Done
    dispatch,   // on the way
    cancel,     // the dispatch: not on the way after all
    arrive,     // there, and working
    pause,      // away for a while: free for another appointment
    resume,     // on the way back to one they paused; they have to arrive again
    done,       // with their own part
    close,      // the appointment, for everybody on it
    complete,   // the job: it is taken from everybody else on it
};
std::string_view name(Verb);  // "check in", "dispatch", "cancel dispatch", ...

// A technician's own ones, in their order.
inline constexpr std::array own_verbs = {Verb::dispatch, Verb::cancel,  Verb::arrive,
                                         Verb::pause,    Verb::resume,  Verb::done,
                                         Verb::close,    Verb::complete};
// On the way somewhere by it.
constexpr bool sets_out(Verb verb) { return verb == Verb::dispatch || verb == Verb::resume; }

enum class Who : std::uint8_t { technician, office };

struct Action {
    Verb verb = Verb::dispatch;
    Who by = Who::technician;
    Id technician = 0;
    Id appointment = 0;  // not for check_in and check_out
    bool operator==(const Action&) const = default;
};

// Which rule forbids it.
enum class Rule : std::uint8_t {
    known,              // the technician, the appointment or its job is not in this day
    office_only,        // only the office does that
    assigned,           // they are not assigned to it, or are already
    standing,           // it is on hold or canceled, or its job is, or the job is completed
    move,               // from this status there is no such move
    permission,         // the office keeps that to itself
    checked_in,         // nobody is dispatched who is not
    one_at_a_time,      // they are dispatched to, or working on, another one
    others_on_the_way,  // it cannot be closed while somebody is
};
std::string_view name(Rule);  // "checked in", ...

// Who can lift it.
enum class Lifted : std::uint8_t { by_the_technician, by_the_office, by_nobody };
std::string_view name(Lifted);  // "by the office", ...

struct Refusal {
    Rule rule = Rule::known;
    Lifted lifted = Lifted::by_the_office;
    Instant as_of{};     // how old the knowledge is
    Id other = 0;        // the appointment or technician that is in the way
    std::string reason;  // "You are not checked in: ask the office."
    bool operator==(const Refusal&) const = default;
};

// The day after it, or why not.
std::variant<Day, Refusal> apply(const Day&, const Action&);

// The office's day with what it has not heard yet, in the order it happened. What the rule does not
// allow any more is left out and told, by its index.
struct Projection {
    Day day;
    std::vector<std::pair<std::size_t, Refusal>> refused;
};
Projection project(const Day& office, std::span<const Action> pending);

// What the technician could do now, in the order of the verbs.
std::vector<Action> possible(const Day&, Id technician);

}  // namespace outrider::dispatch
