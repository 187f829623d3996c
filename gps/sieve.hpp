#pragma once
// Which fixes of one receiver to believe.

#include "gps/gate.hpp"
#include "gps/receiver_clock.hpp"

#include <optional>
#include <vector>

namespace outrider::gps {

enum class Simulation : std::uint8_t { refused, believed };

struct SieveSettings {
    double accuracy_m = 100;            // a worse estimate is not believed
    double max_implied_speed_mps = 70;  // between two believed fixes
    // Around the wall clock: beyond that only a receiver that keeps time is believed.
    Duration future = std::chrono::hours(24), past = std::chrono::hours(24);
    // So many fixes in a row have to agree before the first of them is believed, at the start and
    // after a loss: the place that a receiver begins with may be miles off.
    int settling_fixes = 3;
    Simulation simulation = Simulation::refused;
};

class Sieve {
public:
    explicit Sieve(SieveSettings);
    // Appends a believed fix to `believed`, any other with its verdict to `rejected`. A fix may
    // come out later than it went in, but the believed ones always in order. Their times increase
    // strictly, except where the receiver's clock turned out to have been ahead.
    void add(const Fix&, Instant wall, std::vector<Fix>& believed, std::vector<Judged>& rejected);
    // Settles what still waits.
    void finish(std::vector<Fix>& believed, std::vector<Judged>& rejected);

private:
    using Fixes = std::vector<Fix>;
    using Verdicts = std::vector<Judged>;
    // What speaks against it by itself, if anything does.
    std::optional<Judgement> alone(Fix&, Instant wall);
    std::optional<Judgement> beside_others(const Fix&);
    std::optional<Judgement> inaccurate(const Fix&) const;
    bool convinces(const Fix& doubted, Verdict);
    bool repeats(const Fix&);
    bool cold(const Fix&) const;
    void settle(Fix, Fixes& believed, Verdicts& rejected);
    bool follows_held(const Fix&) const;
    void drop_strangers(const Fix& beside, Verdicts& rejected);
    void drop_oldest_held(Verdicts& rejected);
    void believe(Fix, Fixes& believed);
    void release(const Fix* next, Uptime now, Fixes& believed, Verdicts& rejected);

    SieveSettings settings_;
    ReceiverClock clock_;
    Gate gate_;
    // The first ones after a start or a loss, which agree, until they are enough.
    std::vector<Fix> held_;
    // A flat one of a receiver that reports an epoch twice, until the other report.
    std::optional<Fix> waiting_;
    bool reports_twice_ = false;
    // Since the last believed one, in a row: impossible beside it. When enough of them agree with
    // each other it was that one that was wrong.
    std::optional<Fix> doubted_;
    int agreeing_ = 0;
    Instant doubted_since_{};  // the first of them
    Uptime doubted_seen_{};
};

}  // namespace outrider::gps
