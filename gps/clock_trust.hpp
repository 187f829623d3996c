#pragma once
// What time it is by GPS: believed once fixes in a row go as the clock here goes that nobody sets,
// and carried on by that one. Pure: no clock of its own.

#include "platform/clock.hpp"

#include <optional>
#include <string>

namespace outrider::gps {

class ClockTrust {
public:
    // What a fix has changed. Corrected: a receiver that has just learnt of the leap seconds.
    // Replaced: enough of them agree with each other, and not with what was trusted.
    enum class Change { none, gained, corrected, replaced };
    // Takes a believed fix's time, and when it reached us.
    Change add(Instant time, Uptime seen);

    // The time at an uptime, before or after the last fix; nothing before trust is gained.
    std::optional<Instant> at(Uptime) const;
    bool trusted() const { return offset_.has_value(); }
    // By how much at() may be wrong, for the clock here drifts while no fix comes.
    Duration drift(Uptime now) const;
    // How far a clock that shows `wall` at `now` is ahead of GPS; nothing without trust.
    std::optional<Duration> ahead(Instant wall, Uptime now) const;

private:
    void follow(Duration offset);

    std::optional<Duration> offset_;  // of the trusted time from the uptime
    Uptime gained_{}, agreed_{};
    bool learnt_ = false;  // of the leap seconds, since
    struct Candidate {
        Duration offset{};  // of its first fix
        Uptime since{};
        int fixes = 0;
    };
    std::optional<Candidate> candidate_;
};

// "8 h behind GPS", "10 years ahead of GPS".
std::string beside_gps(Duration ahead);

}  // namespace outrider::gps
