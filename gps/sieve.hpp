#pragma once
// Which fixes to believe.

#include "gps/verdict.hpp"

#include <optional>
#include <vector>

namespace outrider::gps {

struct SieveSettings {
    double accuracy_m = 100;            // a worse estimate is not believed
    double max_implied_speed_mps = 70;  // between two believed fixes
    // Around the wall clock: beyond that only a receiver that keeps time is believed.
    Duration future = std::chrono::hours(24), past = std::chrono::hours(24);
};

// A wall clock that shows an earlier date than this was never set, for this program is younger; nor
// was a receiver's.
inline constexpr Instant time_floor = std::chrono::sys_days(std::chrono::year(2026) / 1 / 1);

class Sieve {
public:
    explicit Sieve(SieveSettings);
    // Appends a believed fix to `believed`, any other with its verdict to `rejected`. A fix may
    // come out later than it went in, but always in order. Times of believed fixes increase
    // strictly, except where the receiver's clock turned out to have been ahead.
    void add(const Fix&, Instant wall, std::vector<Fix>& believed, std::vector<Judged>& rejected);

private:
    // What speaks against it, if anything does: first by itself, then beside the fixes before it.
    std::optional<Judgement> alone(const Fix&, Instant wall);
    bool keeps_time(const Fix&);
    std::optional<Judgement> beside_others(const Fix&) const;
    std::optional<Judgement> after(const Fix& earlier, const Fix&) const;
    std::optional<Judgement> off_the_way(const Fix&) const;
    bool convinces(const Fix& doubted);
    void believe(const Fix&);

    SieveSettings settings_;
    std::optional<Fix> last_;         // the last believed fix, of the receiver in use
    std::optional<double> pace_mps_;  // until then: a running mean; nothing after one fix
    struct Velocity {
        double east_mps = 0, north_mps = 0;
    };
    std::optional<Velocity> velocity_;  // between the last two, when they were close in time
    // Since then, in a row: impossible beside `last_`. When enough of them agree with each other it
    // was `last_` that was wrong.
    std::optional<Fix> doubted_;
    int agreeing_ = 0;
    // The receiver's clock beside the one here that never jumps: together since `in_step_since_`.
    struct Tick {
        Instant time{};
        Uptime seen{};
    };
    std::optional<Tick> tick_;
    Uptime in_step_since_{};
    int in_step_ = 0;
};

}  // namespace outrider::gps
