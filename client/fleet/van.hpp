#pragma once
// A van: its driver, its receiver, and what is wrong with that today. What is true of it, for those
// who bear witness, and what its receiver says.

#include "client/fleet/driver.hpp"
#include "client/fleet/recorded_drive.hpp"
#include "client/fleet/sky.hpp"
#include "gps/fix.hpp"
#include "platform/clock.hpp"

#include <memory>
#include <optional>
#include <vector>

namespace outrider::fleet {

// From `begins` to `ends`, counted from the day's beginning.
struct ReceiverFault {
    enum class Kind : std::uint8_t {
        weeks_forgotten,  // its weeks ran over: 1024 too few
        backwards,        // its time goes back, again and again
        jump,             // it is somewhere else
        nowhere,          // at 0, 0
        no_motion,        // it tells no speed and no course
        silent,           // gpsd is gone
        no_time,          // it knows where it is, but not when
        garbage,          // numbers that are none, or none of the earth's
    };
    Kind kind = Kind::jump;
    Duration begins{}, ends{};
    double east_m = 0, north_m = 0;  // of a jump
};

struct VanSettings {
    Ground ground = Ground::suburb;
    std::optional<SkySettings> sky;  // the one over its ground when not said
    Town town;
    Place home;                                   // where it stands at first
    Duration interval = std::chrono::seconds(1);  // of the receiver's reports
    bool two_receivers = false;
    bool keeps_power = true;  // the receiver, with the engine off; otherwise it starts cold again
    bool roams = false;       // from place to place by itself, and stands between, for ever
    Duration jobs_last = std::chrono::minutes(55);  // on the average, while it roams
    // Somebody's drive instead of one's own, for ever, and its errors. Nobody sets off then.
    std::shared_ptr<const RecordedDrive> recorded;
    Instant day{};  // that the faults' times count from
    std::vector<ReceiverFault> faults;
};

class Van {
public:
    Van(const VanSettings&, std::uint64_t seed);

    void pass(double seconds);
    void pass_until(Uptime);  // nothing when that has passed; the first time only begins to count
    // What gpsd reports of the first receiver, and of the second. `time` is the true one.
    gps::Fix fix(Instant time, Uptime seen) { return report(sky_, time, seen); }
    gps::Fix second_fix(Instant time, Uptime seen);

    // What is true of it.
    Place place() const { return retrace_ ? retrace_->place() : driver_.place(); }
    double speed_mps() const { return retrace_ ? retrace_->speed_mps() : driver_.speed_mps(); }
    bool on_the_way() const { return driver_.on_the_way(); }
    bool engine() const { return engine_; }
    const Chart& chart() const { return chart_; }

    // Its driver.
    void start_engine();
    void stop_engine();
    // Of one that roams. For so long, in whole steps, it stands where it is: it may be told so at
    // once instead of step by step, when its receiver has no power.
    Duration stands_for() const;
    void stand(Duration);
    // Nobody is at work for so long; then a morning begins, with its engine running.
    void rest(Duration);
    void set_off(Place to);        // the engine runs
    Duration until_there() const;  // exactly, from the newest moment that has passed

    // Its receivers.
    bool reports() const { return keeps_power_ || engine_; }
    // Until when gpsd is gone.
    std::optional<Instant> silent_until(Instant) const;
    Duration interval() const { return interval_; }
    bool two_receivers() const { return second_ != nullptr; }
    // Rung when the receiver gets its power; one at a time.
    void wake(Alarm& listener) { listener_ = &listener; }
    void forget(const Alarm& listener) {
        if (listener_ == &listener) listener_ = nullptr;
    }

private:
    gps::Fix report(Sky&, Instant time, Uptime seen);
    void apply(const ReceiverFault&, Duration since, gps::Fix&) const;
    void roam(double seconds);
    void begin_morning();

    Driver driver_;
    Chart chart_;
    Sky sky_;
    std::unique_ptr<Sky> second_;
    std::unique_ptr<Retrace> retrace_;
    Chance chance_;
    Duration interval_;
    bool keeps_power_, roams_, engine_ = false;
    bool idles_ = false;  // the engine, until it sets off
    float jobs_last_s_;   // beyond the shortest
    double step_s_;       // the driver's: what it does hangs on nobody's watching
    double left_s_ = 0;   // of time that is no whole step yet
    double stands_s_ = 0;
    std::optional<Uptime> passed_;
    Instant day_;
    std::vector<ReceiverFault> faults_;
    Alarm* listener_ = nullptr;
};

}  // namespace outrider::fleet
