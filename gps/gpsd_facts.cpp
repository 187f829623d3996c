#include "gps/gpsd_facts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace outrider::gps {
namespace {

constexpr Duration satellites_count_for = std::chrono::seconds(5);
constexpr std::size_t most_devices = 16;
// A gpsd of this machine that has come to a stop is waited for on the connection there is: it goes
// on where it stopped, while a connection made anew takes one of the five places in its queue, and
// then no other gets through. The wait has an end for the gpsd that lost sight of its client.
constexpr Duration first_patience = std::chrono::minutes(1);
constexpr Duration longest_patience = std::chrono::minutes(10);

}  // namespace

GpsdFacts::GpsdFacts(GpsdOptions options)
    : options_(std::move(options)),
      here_(net::Origin{false, options_.host, options_.port}.loopback()),
      place_(fmt::format("{}:{}", options_.host, options_.port)),
      trouble_(fmt::format("not connected to gpsd at {} yet", place_)),
      patience_(first_patience) {}

void GpsdFacts::connected(Uptime now) {
    ++connections_;
    greeted_ = watching_ = mute_ = false;
    connected_ = heard_ = silent_since_ = now;
    asked_.reset();
    active_.clear();
}

void GpsdFacts::disconnected(std::string why) {
    trouble_ = std::move(why);
    greeted_ = mute_ = false;
    active_.clear();
}

std::optional<Fix> GpsdFacts::take(GpsdLine line, Uptime now) {
    using Kind = GpsdLine::Kind;
    if (line.kind == Kind::unreadable) {
        ++unreadable_;
        return std::nullopt;
    }
    heard_ = now;
    asked_.reset();
    if (greeted_) mute_ = false;
    switch (line.kind) {
        case Kind::version:
            greeted_ = true;
            mute_ = false;
            daemon_ = fmt::format("gpsd {} at {}", line.text, place_);
            break;
        case Kind::devices: replace_active(line.devices, now); break;
        case Kind::device:
            if (line.activated)
                activate(line.device, now);
            else
                active_.erase(line.device);
            break;
        case Kind::sky:
            // Without a list of satellites it counts none.
            if (!line.satellites_used) break;
            satellites_ = line.satellites_used;
            satellites_device_ = std::move(line.device);
            satellites_seen_ = now;
            break;
        case Kind::report: return take_report(std::move(line.fix), now);
        default: break;
    }
    return std::nullopt;
}

std::optional<Fix> GpsdFacts::take_report(Fix fix, Uptime now) {
    if (!wanted(fix.device.path())) return std::nullopt;
    activate(fix.device.path(), now);
    reported_ = silent_since_ = fix.seen = now;
    reconnected_ = false;
    patience_ = first_patience;
    if (satellites_ && satellites_device_ == fix.device.path() &&
        now - satellites_seen_ <= satellites_count_for)
        fix.satellites_used = satellites_;
    if (fix.usable()) usable_ = fix;
    return fix;
}

void GpsdFacts::activate(const std::string& device, Uptime now) {
    if (active_.size() >= most_devices) return;
    // It could not report before.
    if (active_.insert(device).second) silent_since_ = now;
}

void GpsdFacts::replace_active(const std::vector<std::string>& devices, Uptime now) {
    std::erase_if(active_, [&](const std::string& device) {
        return std::ranges::find(devices, device) == devices.end();
    });
    for (const std::string& device : devices) activate(device, now);
}

bool GpsdFacts::wanted(const std::string& device) const {
    return options_.device.empty() || device == options_.device;
}

bool GpsdFacts::has_receiver() const {
    return std::ranges::any_of(active_, [this](const auto& device) { return wanted(device); });
}

GpsdStep GpsdFacts::step(Uptime now) {
    if (!greeted_) return wait_for_answer(connected_, now);
    GpsdStep step;
    if (!watching_) {
        watching_ = true;
        step.kind = GpsdStep::Kind::watch;
        return step;
    }
    if (asked_) return wait_for_answer(*asked_, now);
    step.until = heard_ + options_.ask_after;
    // Only while gpsd believes in a receiver: watching anew makes gpsd 3.22 give up an absent one.
    if (has_receiver() && !reconnected_) {
        const Uptime patience = silent_since_ + options_.reconnect_after;
        if (now >= patience) {
            reconnected_ = true;
            step.kind = GpsdStep::Kind::drop;
            step.why = fmt::format(
                "gpsd at {} has sent no report of {} for {} s: check its cable", place_, receiver(),
                std::chrono::duration_cast<std::chrono::seconds>(now - silent_since_).count());
            return step;
        }
        step.until = std::min(step.until, patience);
    }
    if (now >= heard_ + options_.ask_after) {
        asked_ = now;
        step.kind = GpsdStep::Kind::ask;
    }
    return step;
}

GpsdStep GpsdFacts::wait_for_answer(Uptime since, Uptime now) {
    GpsdStep step;
    step.until = since + (mute_ ? patience_ : options_.greeting_limit);
    if (now < step.until) return step;
    step.why = greeted_ ? fmt::format(
                              "gpsd at {} has stopped answering: systemctl restart "
                              "gpsd.service",
                              place_)
                        : fmt::format(
                              "gpsd at {} accepts connections but does not speak: "
                              "systemctl status gpsd.service",
                              place_);
    if (here_ && !mute_) {
        mute_ = true;
        trouble_ = step.why;
        step.kind = GpsdStep::Kind::tell;
    } else {
        patience_ = std::min(patience_ * 2, longest_patience);
        step.kind = GpsdStep::Kind::drop;
    }
    return step;
}

SourceView GpsdFacts::view(Uptime now) const {
    SourceView view;
    view.state = state(now);
    view.detail = detail(view.state, now);
    view.last_fix = usable_;
    view.daemon = daemon_;
    if (speaks() && has_receiver()) view.device = receiver();
    view.unreadable = unreadable_;
    view.connections = connections_;
    return view;
}

// A receiver that says it has no fix is told from one that says nothing: the cures differ.
SourceState GpsdFacts::state(Uptime now) const {
    const auto fresh = [&](Uptime seen) { return now - seen <= options_.stale_after; };
    if (!speaks()) return SourceState::no_gpsd;
    if (!has_receiver()) return SourceState::no_device;
    if (usable_ && fresh(usable_->seen)) return SourceState::fix;
    if (reported_ && fresh(*reported_)) return SourceState::no_fix;
    return usable_ ? SourceState::stale_fix : SourceState::no_fix;
}

std::string GpsdFacts::receiver() const {
    if (usable_ && active_.contains(usable_->device.path())) return usable_->device.path();
    const auto first = std::ranges::find_if(active_, [this](const auto& d) { return wanted(d); });
    return first == active_.end() ? options_.device : *first;
}

std::string GpsdFacts::detail(SourceState state, Uptime now) const {
    const auto seconds_since = [&](Uptime then) {
        return std::chrono::duration_cast<std::chrono::seconds>(now - then).count();
    };
    switch (state) {
        case SourceState::no_gpsd: return trouble_;
        case SourceState::no_device: return no_device_detail();
        case SourceState::no_fix:
            if (!reported_ || seconds_since(*reported_) > options_.stale_after.count() / 1000)
                return fmt::format(
                    "{} has reported nothing yet: if this lasts over a minute, "
                    "check its cable and baud rate",
                    receiver());
            return fmt::format("{} has no fix: its antenna needs a free view of the sky",
                               receiver());
        case SourceState::stale_fix:
            return fmt::format(
                "no report of {} for {} s: check its cable, then systemctl restart "
                "gpsd.service",
                receiver(), seconds_since(usable_->seen));
        case SourceState::fix: break;
    }
    std::string text =
        fmt::format("{} fix of {}", usable_->mode == Mode::three_d ? "3D" : "2D", receiver());
    if (usable_->satellites_used) text += fmt::format(", {} satellites", *usable_->satellites_used);
    return text;
}

std::string GpsdFacts::no_device_detail() const {
    if (!options_.device.empty() && !active_.empty())
        return fmt::format(
            "gpsd has no receiver {}, but {}: correct the setting, or gpsdctl add {}",
            options_.device, *active_.begin(), options_.device);
    return fmt::format("gpsd has no receiver: plug it in, or gpsdctl add {}",
                       options_.device.empty() ? "/dev/ttyACM0" : options_.device);
}

}  // namespace outrider::gps
