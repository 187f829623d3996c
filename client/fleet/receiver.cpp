#include "client/fleet/receiver.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace outrider::fleet {
namespace {

using namespace std::chrono_literals;

constexpr Duration hour = 1h;                // a sleep that is rung out of
constexpr Duration on_its_way = 80ms;        // a report, through the receiver and gpsd
constexpr Duration second_is_later = 300ms;  // at the most
constexpr Duration stale_after = 5s;
constexpr std::string_view daemon_name = "gpsd 3.22 at 127.0.0.1:2947";
const std::array<gps::Device, 2> devices = {"/dev/ttyACM0", "/dev/ttyUSB0"};

// The first moment after `newest`, and not before `now`, that is `late` after a whole interval.
Instant next_on(Duration interval, Duration late, Instant newest, Instant now) {
    const Instant from = std::max(newest + 1ms, now);
    const Duration since = from.time_since_epoch() - late;
    const Duration beyond = since % interval;
    return beyond == Duration() ? from : from + (interval - beyond);
}

}  // namespace

Receiver::Receiver(Clock& device, Clock& truth, Van& van)
    : device_(device), truth_(truth), van_(van), alarm_(device.alarm()) {
    van_.wake(alarm_.get());
}

Receiver::~Receiver() { van_.wake(nullptr); }

Async<Result<gps::Fix>> Receiver::next() {
    for (;;) {
        const Duration pause = until_due();
        const Result<> slept = co_await alarm_->sleep(pause);
        if (!slept) co_return slept.error();
        std::optional<gps::Fix> fix = report();
        if (fix) co_return std::move(*fix);
    }
}

Duration Receiver::until_due() {
    due_.reset();
    if (!van_.reports()) return hour;
    const Instant now = truth_.now();
    if (const std::optional<Instant> end = van_.silent_until(now)) return *end - now;
    const Duration interval = van_.interval();
    due_ = next_on(interval, on_its_way, newest_, now);
    of_second_ = false;
    if (van_.two_receivers()) {
        const Duration later = on_its_way + std::min(interval / 2, second_is_later);
        const Instant second = next_on(interval, later, newest_, now);
        of_second_ = second < *due_;
        due_ = std::min(*due_, second);
    }
    return *due_ - now;
}

// Nothing when something came between, as power does.
std::optional<gps::Fix> Receiver::report() {
    const Instant now = truth_.now();
    if (!due_ || now < *due_ || !van_.reports() || van_.silent_until(now)) return std::nullopt;
    newest_ = now;
    const Duration late = now.time_since_epoch() % van_.interval();
    van_.pass_until(truth_.uptime() - late);
    const Uptime seen = device_.uptime();
    gps::Fix fix = of_second_ ? van_.second_fix(now - late, seen) : van_.fix(now - late, seen);
    fix.device = devices[of_second_ ? 1 : 0];
    reported_ = seen;
    if (fix.usable()) usable_ = fix;
    if (on_report) on_report(fix, van_.place());
    return fix;
}

gps::SourceView Receiver::view(Uptime now) const {
    using gps::SourceState;
    const auto fresh = [&](Uptime seen) { return now - seen <= stale_after; };
    gps::SourceView view;
    view.last_fix = usable_;
    view.connections = 1;
    if (van_.silent_until(truth_.now())) {
        view.detail = "gpsd at 127.0.0.1:2947 does not answer: systemctl status gpsd.service";
        return view;
    }
    view.daemon = daemon_name;
    if (!van_.reports()) {
        view.state = SourceState::no_device;
        view.detail = "gpsd has no receiver: plug it in, or gpsdctl add /dev/ttyACM0";
        return view;
    }
    view.device = usable_ ? usable_->device.path() : devices[0].path();
    if (usable_ && fresh(usable_->seen)) {
        view.state = SourceState::fix;
        view.detail = fmt::format("3D fix of {}", view.device);
    } else if (!usable_ || (reported_ && fresh(*reported_))) {
        view.state = SourceState::no_fix;
        view.detail =
            fmt::format("{} has no fix: its antenna needs a free view of the sky", view.device);
    } else {
        view.state = SourceState::stale_fix;
        view.detail = fmt::format("no report of {}: check its cable", view.device);
    }
    return view;
}

}  // namespace outrider::fleet
