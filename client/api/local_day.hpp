#pragma once
// The day as the agent tells it on its unix socket: the office's last word, and over it what the
// office has not heard yet.

#include "client/api/move.hpp"
#include "client/api/privacy.hpp"
#include "platform/result.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace outrider::api {

// A tap the office has not heard: a line (NDJSON) of GET /v1/waiting.
struct WaitingTap {
    std::int64_t sequence = 0;
    dispatch::Verb verb = dispatch::Verb::dispatch;
    dispatch::Id appointment = 0;
    std::string number, customer;  // as people knew it when they tapped
    Instant happened{};
    std::string held;  // why it waits for the office to do something first; "": it goes next
};
std::string to_json(const WaitingTap&);  // one line, no newline at its end
Result<WaitingTap> parse_waiting_tap(std::string_view line);

// What is put to the technician: a line (NDJSON) of GET /v1/cards. Either a tap that came to
// nothing, or what the vehicle's positions suggest to tap.
struct Card {
    enum class Kind : std::uint8_t { refused, suggestion };
    Kind kind = Kind::refused;
    std::int64_t sequence = 0;  // of a suggestion: 0
    dispatch::Verb verb = dispatch::Verb::dispatch;
    dispatch::Id appointment = 0;
    std::string number, customer;
    Instant happened{}, at{};  // the tap, or what the suggested one would say; the card
    std::string mine, office;  // what the technician did, and what stands against it
    std::string next;          // what happens if nobody does anything
    bool to_decide = false;    // otherwise there is nothing to do but to know it
    struct Choice {
        dispatch::Id appointment = 0;
        std::string number, customer;
        bool operator==(const Choice&) const = default;
    };
    std::vector<Choice> choices;     // of a suggestion: one of them has to be meant
    std::optional<Instant> acts_at;  // then the device taps by itself; nothing: never
};
std::string to_json(const Card&);  // one line, no newline at its end
Result<Card> parse_card(std::string_view line);

struct Step {
    dispatch::Verb verb = dispatch::Verb::dispatch;
    dispatch::Id appointment = 0;
    bool operator==(const Step&) const = default;
};

// GET /v1/day
struct DayView {
    std::int64_t revision = 0;  // another one whenever anything here has changed
    Instant now{};
    std::optional<Instant> as_of;  // when the office said so; nothing: never
    std::optional<Duration> age;
    std::string trouble;  // why the office has not been heard since; "" when all is well
    struct Me {
        dispatch::Id id = 0;
        std::string name;
        bool checked_in = false;
        std::string checked_in_by;  // "office", "shift": how that is known
        bool may_dispatch = false, may_arrive = false, may_pause = false;
    } technician;
    using Step = api::Step;
    std::optional<Step> next;               // the one thing to do now
    std::optional<dispatch::Id> under_way;  // dispatched to, or working on
    struct Crew {
        dispatch::Id technician = 0;
        std::string name;
        dispatch::Status status = dispatch::Status::scheduled;
        bool paused = false;
    };
    struct Denial {
        dispatch::Verb verb = dispatch::Verb::dispatch;
        std::string rule, lifted, reason;  // see dispatch::Refusal
    };
    struct Appointment {
        dispatch::Id id = 0, job = 0;
        std::string number, job_number;
        dispatch::Status status = dispatch::Status::scheduled;  // mine, with what waits
        bool paused = false;
        dispatch::Status office_status = dispatch::Status::scheduled;  // mine, as the office says
        bool office_paused = false;
        std::string appointment_status, job_status;  // of all on it
        Instant start{}, end{};
        std::optional<Instant> window_start, window_end;
        std::string customer, location, address, summary, instructions, priority;
        std::optional<double> latitude, longitude;
        std::vector<Crew> crew;
        std::vector<WaitingTap> waiting;
        std::vector<dispatch::Verb> can;
        std::vector<Denial> cannot;
        struct Eta {
            Instant low{}, likely{}, high{};
        };
        // By the distance and the pace of the day's drives; for the one on the way or next, from a
        // position of the last minute. It moves on without a new revision, as ages do.
        std::optional<Eta> eta;
    };
    std::vector<Appointment> appointments;  // in order of their start
    std::int64_t waiting = 0, cards = 0;    // cards: taps that came to nothing
    std::vector<Card> suggestions;
    std::optional<PrivacyView> privacy;
};
std::string to_json(const DayView&);
Result<DayView> parse_day_view(std::string_view json);

// The answer to a tap that is against the rule: status 409, nothing stored. {"error", "rule",
// "lifted", "as_of", "other", "choices"}: the choices are appointments, when one has to be named.
struct Denied {
    std::string error, rule, lifted;
    std::optional<Instant> as_of;
    std::optional<dispatch::Id> other;
    std::vector<dispatch::Id> choices;
};
std::string to_json(const Denied&);
Result<Denied> parse_denied(std::string_view json);

}  // namespace outrider::api
