// What a fix costs on its way to its verdict: receivers, sieve, motion and cadence.

#include "gps/judge.hpp"
#include "tests/bench/bench.hpp"

#include <malloc.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <random>

namespace outrider::bench {
namespace {

// One fix a second of a van in a town: streets at 14 m/s, crossings, and every fifth minute a stand
// of a minute and a half. A receiver's wander is on top.
std::vector<gps::Fix> drive(std::size_t seconds, const std::string& device) {
    constexpr double metres_per_degree = 111'195, latitude = 37.4;
    const double east_degree = metres_per_degree * std::cos(latitude * std::numbers::pi / 180);
    std::mt19937_64 dice(1);
    std::normal_distribution<double> noise(0, 0.4);
    double east = 0, north = 0, course = 0, speed = 0, off_east = 0, off_north = 0;
    std::vector<gps::Fix> fixes;
    for (std::size_t second = 0; second < seconds; ++second) {
        const double wanted = second % 300 < 90 ? 0 : 14;
        speed += std::clamp(wanted - speed, -3.0, 2.0);
        if (dice() % 25 == 0) course += std::numbers::pi / 2 * (dice() % 2 == 0 ? 1 : -1);
        east += speed * std::sin(course);
        north += speed * std::cos(course);
        off_east = 0.97 * off_east + noise(dice);
        off_north = 0.97 * off_north + noise(dice);
        gps::Fix fix;
        fix.mode = gps::Mode::three_d;
        fix.time = Instant(std::chrono::sys_days(std::chrono::year(2026) / 11 / 21)) +
                   std::chrono::seconds(second);
        fix.seen = Uptime(std::chrono::seconds(second));
        fix.latitude = latitude + (north + off_north) / metres_per_degree;
        fix.longitude = -122.1 + (east + off_east) / east_degree;
        fix.speed_mps = speed;
        fix.track_deg = std::fmod(course * 180 / std::numbers::pi + 3600, 360);
        fix.altitude_m = 24;
        fix.accuracy_m = 12;
        fix.satellites_used = 9;
        fix.device = device;
        fixes.push_back(std::move(fix));
    }
    return fixes;
}

// The fixes of one drive, over and over, each time later.
class Judging {
public:
    explicit Judging(std::vector<gps::Fix> fixes) : fixes_(std::move(fixes)) {}

    void go_on() {
        const Duration length = std::chrono::minutes(5) + std::chrono::seconds(fixes_.size());
        for (gps::Fix& fix : fixes_) {
            *fix.time += length;
            fix.seen += length;
        }
        for (const gps::Fix& fix : fixes_) {
            verdicts_.clear();
            judge_.add(fix, *fix.time, verdicts_);
            judged_ += verdicts_.size();
        }
    }
    Cost round() {
        const Meter meter;
        go_on();
        return meter.per(fixes_.size());
    }
    // All that went in, but for what waits for the next fix.
    std::size_t judged() const { return judged_; }

private:
    std::vector<gps::Fix> fixes_;
    gps::Judge judge_{gps::JudgeSettings{}};
    std::vector<gps::Judged> verdicts_;
    std::size_t judged_ = 0;
};

}  // namespace

void judge(Report& report, const Options& options) {
    constexpr std::size_t hour = 3600;
    const int rounds = options.quick() ? 5 : 25;
    Judging usual(drive(hour, "/dev/ttyACM0"));
    Judging long_path(drive(hour, "/dev/serial/by-id/usb-u-blox_AG_www.u-blox.com_GNSS_receiver"));
    const auto costs = interleaved(
        "judge", rounds, {[&] { return usual.round(); }, [&] { return long_path.round(); }});
    if (usual.judged() < hour * static_cast<std::size_t>(rounds)) give_up("fixes without verdict");

    Judging measured(drive(hour, "/dev/ttyACM0"));
    const auto held_after = [&](int hours) {
        for (int i = 0; i < hours; ++i) measured.go_on();
        return static_cast<double>(::mallinfo2().uordblks);
    };
    const double before = held_after(1);
    const double after = held_after(options.quick() ? 10 : 100);
    report.heading("A fix on its way to its verdict: which receiver, sieve, motion, cadence");
    report.add({"judge.fix_ns", "CPU each, an hour in a town", "ns", costs[0].cpu_us * 1000,
                std::nullopt, ""});
    report.add({"judge.long_path_ns", "  of a receiver with a long path", "ns",
                costs[1].cpu_us * 1000, std::nullopt, ""});
    report.add({"judge.growth_B", "memory it takes with further hours", "B",
                std::max(0.0, after - before), std::nullopt, ""});
}

}  // namespace outrider::bench
