#include "client/fleet/van.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace outrider::fleet {
namespace {

using namespace std::chrono_literals;

constexpr Duration longest_step = 1s;
constexpr double hardly_s = 1e-6;  // of a step, by which it may be short
constexpr int longest_drive_steps = 100'000;
constexpr double shortest_job_s = 900, first_leaves_after_s = 600;
constexpr Duration coarse = 1min;  // steps of a receiver that nobody listens to
constexpr Duration forgotten_weeks = std::chrono::weeks(1024);
constexpr Duration back_every = 4s, back_by = 7s;

enum : std::uint64_t { of_driver = 1, of_sky, of_second_sky, of_van, of_retrace };

// Faults may come together, and then there may be no time.
void put_back(gps::Fix& fix, Duration by) {
    if (fix.time) *fix.time -= by;
}

void spoil(Duration since, gps::Fix& fix) {
    constexpr double nan = std::numeric_limits<double>::quiet_NaN();
    switch (since / 1s % 4) {
        case 0: fix.latitude = nan; break;
        case 1: fix.latitude = 91.5; break;
        case 2: fix.longitude = -512; break;
        default: fix.speed_mps = 340; break;
    }
}

double seconds_of(Duration d) { return std::chrono::duration<double>(d).count(); }

}  // namespace

Van::Van(const VanSettings& settings, std::uint64_t seed)
    : driver_(settings.ground, mix(seed, of_driver), settings.home),
      chart_(settings.town),
      sky_(settings.sky.value_or(sky_over(settings.ground)), mix(seed, of_sky)),
      chance_(mix(seed, of_van)),
      interval_(settings.interval),
      keeps_power_(settings.keeps_power),
      roams_(settings.roams),
      jobs_last_s_(static_cast<float>(seconds_of(settings.jobs_last) - shortest_job_s)),
      step_s_(seconds_of(std::min(settings.interval, longest_step))),
      day_(settings.day),
      faults_(settings.faults) {
    if (settings.two_receivers)
        second_ = std::make_unique<Sky>(sky_over(settings.ground), mix(seed, of_second_sky));
    if (settings.recorded)
        retrace_ =
            std::make_unique<Retrace>(settings.recorded, mix(seed, of_retrace), settings.home);
    if (roams_) begin_morning();
    if (keeps_power_ || roams_) {
        sky_.settle();
        if (second_) second_->settle();
    }
}

void Van::pass(double seconds) {
    if (retrace_) return retrace_->pass(seconds);
    if (roams_) roam(seconds);
    if (driver_.on_the_way()) {
        left_s_ += seconds;
        while (left_s_ >= step_s_ - hardly_s && driver_.on_the_way()) {
            driver_.pass(step_s_);
            left_s_ -= step_s_;
        }
    }
    if (!reports()) return;
    sky_.pass(seconds);
    if (second_) second_->pass(seconds);
}

void Van::pass_until(Uptime now) {
    if (passed_ && now <= *passed_) return;
    if (passed_) pass(seconds_of(now - *passed_));
    passed_ = now;
}

// Jobs are 2 to 7.5 km away, and take from a quarter of an hour on.
void Van::roam(double seconds) {
    if (driver_.on_the_way()) return;
    stands_s_ -= seconds;
    if (stands_s_ > 0) {
        if (engine_ && !idles_) stop_engine();
        return;
    }
    idles_ = false;
    const Place& here = driver_.place();
    constexpr double town_m = 12'000;
    const auto beside = [this](double from) {
        const double by = chance_.between(1500, 5500);
        return from > town_m || (from > -town_m && chance_.happens(0.5)) ? from - by : from + by;
    };
    const double east = beside(here.east_m), north = beside(here.north_m);
    set_off({east, north});
    stands_s_ = shortest_job_s + chance_.exponential(jobs_last_s_);
}

void Van::begin_morning() {
    stands_s_ = chance_.exponential(first_leaves_after_s);
    start_engine();
    idles_ = true;
}

// Until the step in which it sets off. That one it has to pass.
Duration Van::stands_for() const {
    if (!roams_ || on_the_way() || stands_s_ <= step_s_) return {};
    const Duration step(static_cast<std::int64_t>(std::llround(step_s_ * 1000)));
    return (static_cast<std::int64_t>(std::ceil(stands_s_ / step_s_)) - 1) * step;
}

void Van::stand(Duration duration) { stands_s_ -= seconds_of(duration); }

void Van::rest(Duration duration) {
    stop_engine();
    for (Duration left = duration; keeps_power_ && left > Duration(); left -= coarse) {
        sky_.pass(seconds_of(std::min(left, coarse)));
    }
    begin_morning();
}

void Van::start_engine() {
    if (engine_) return;
    engine_ = true;
    if (keeps_power_) return;
    sky_.switch_on();
    if (second_) second_->switch_on();
    if (listener_ != nullptr) listener_->ring();
}

void Van::stop_engine() { engine_ = false; }

void Van::set_off(Place to) {
    start_engine();
    left_s_ = 0;
    driver_.set_off(to);
}

Duration Van::until_there() const {
    Driver ahead = driver_;
    int steps = 0;
    while (ahead.on_the_way() && steps < longest_drive_steps) {
        ahead.pass(step_s_);
        ++steps;
    }
    const double seconds = std::max(0.0, steps * step_s_ - left_s_);
    return Duration(static_cast<std::int64_t>(std::ceil(seconds * 1000 - hardly_s)));
}

std::optional<Instant> Van::silent_until(Instant time) const {
    for (const ReceiverFault& fault : faults_) {
        if (fault.kind != ReceiverFault::Kind::silent) continue;
        const Duration since = time - day_;
        if (since >= fault.begins && since < fault.ends) return day_ + fault.ends;
    }
    return std::nullopt;
}

gps::Fix Van::second_fix(Instant time, Uptime seen) {
    return report(second_ ? *second_ : sky_, time, seen);
}

gps::Fix Van::report(Sky& sky, Instant time, Uptime seen) {
    gps::Fix fix = retrace_ ? retrace_->observe(chart_) : sky.observe(driver_, chart_);
    fix.time = time;
    fix.seen = seen;
    for (const ReceiverFault& fault : faults_) {
        const Duration since = time - day_;
        if (since >= fault.begins && since < fault.ends) apply(fault, since, fix);
    }
    return fix;
}

void Van::apply(const ReceiverFault& fault, Duration since, gps::Fix& fix) const {
    using Kind = ReceiverFault::Kind;
    switch (fault.kind) {
        case Kind::weeks_forgotten: put_back(fix, forgotten_weeks); break;
        case Kind::backwards: put_back(fix, (since - fault.begins) / back_every * back_by); break;
        case Kind::jump:
            if (!fix.usable()) break;
            fix.latitude += chart_.latitude(fault.north_m) - chart_.latitude(0);
            fix.longitude = chart_.longitude(place().east_m + fault.east_m);
            break;
        case Kind::nowhere:
            if (!fix.usable()) break;
            fix.latitude = fix.longitude = 0;
            break;
        case Kind::no_motion:
            fix.speed_mps.reset();
            fix.track_deg.reset();
            break;
        case Kind::silent: break;
        case Kind::no_time: fix.time.reset(); break;
        case Kind::garbage: spoil(since, fix); break;
    }
}

}  // namespace outrider::fleet
