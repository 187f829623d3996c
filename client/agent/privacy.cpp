#include "client/agent/privacy.hpp"

#include "client/api/privacy.hpp"
#include "gps/geodesy.hpp"
#include "platform/log.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace outrider::agent {
namespace {

constexpr std::array<std::string_view, 4> names = {"kept", "off shift", "private zone",
                                                   "private mode"};
constexpr std::string_view page_name = "private";
constexpr int surely_outside = 3;        // fixes in a row
constexpr double unknown_error_m = 20;   // of a fix that does not tell
constexpr double largest_error_m = 100;  // a worse fix is not believed anyway

}  // namespace

std::string_view name(Keeping keeping) {
    const auto index = static_cast<std::size_t>(keeping);
    return index < names.size() ? names[index] : "unknown";
}

bool ZoneWatch::inside(const gps::Fix& fix) {
    const bool placed = fix.usable() && std::isfinite(fix.latitude) && std::isfinite(fix.longitude);
    if (zones_.empty() || !placed) return inside_;
    const double error = std::clamp(fix.accuracy_m.value_or(unknown_error_m), 0.0, largest_error_m);
    for (const PrivateZone& zone : zones_) {
        const double away =
            gps::distance_m(zone.latitude, zone.longitude, fix.latitude, fix.longitude);
        if (!(away - error <= zone.radius_m)) continue;
        inside_ = true;
        zone_ = zone.name;
        outside_ = 0;
        return true;
    }
    if (!inside_ || ++outside_ < surely_outside) return inside_;
    inside_ = false;
    zone_.clear();
    outside_ = 0;
    return false;
}

Result<Privacy> Privacy::open(offline::Store& store, Clock& clock,
                              const PrivacySettings& settings) {
    Privacy privacy(store, clock, settings);
    if (auto loaded = privacy.load(); !loaded) return loaded.error();
    return privacy;
}

Result<> Privacy::load() {
    const auto page = store_->notebook().read(page_name);
    if (!page) return page.error();
    if (!*page || (*page)->text.empty()) return {};
    const auto written = api::decode_private_page((*page)->text);
    if (!written) {
        log(Level::error,
            "privacy: " + written.error().detail + ": private mode is taken to be on");
        mode_ = Mode{clock_->now(), std::nullopt, 0};
        return {};
    }
    mode_ = Mode{written->since, written->until, written->by};
    if (!mode_->until) return {};
    // A clock that was put back meanwhile makes it no longer than it was meant to be.
    const Duration length = std::max(Duration::zero(), *mode_->until - mode_->since);
    mode_over_ = clock_->uptime() + std::min(length, *mode_->until - clock_->now());
    return {};
}

Result<> Privacy::keep(const std::optional<Mode>& mode) {
    std::string text;
    if (mode) text = api::encode(api::PrivatePage{mode->since, mode->until, mode->by});
    const Instant now = clock_->now();
    return store_->commit(now, [&] { return store_->notebook().write(page_name, text, now); });
}

Result<> Privacy::begin(std::optional<Duration> length, std::int64_t by) {
    Mode mode;
    mode.since = clock_->now();
    mode.by = by;
    mode_over_.reset();
    if (length) mode.until = mode.since + *length;
    if (length) mode_over_ = clock_->uptime() + *length;
    mode_ = mode;
    return keep(mode_);
}

Result<> Privacy::end() {
    if (auto kept = keep(std::nullopt); !kept) return kept;
    mode_.reset();
    mode_over_.reset();
    return {};
}

const std::optional<Privacy::Mode>& Privacy::mode() {
    if (mode_over_ && clock_->uptime() >= *mode_over_) {
        mode_.reset();
        mode_over_.reset();
        log(Level::notice, "privacy: private mode is over");
        // Kept or not: the page says itself when it ends.
        const Result<> kept = keep(std::nullopt);
        if (!kept) log(Level::warning, "privacy: " + kept.error().detail);
    }
    return mode_;
}

Keeping Privacy::judge(const gps::Fix& fix) {
    zones_.inside(fix);  // whatever else holds: it has to be known when that ends
    return now();
}

Keeping Privacy::now() {
    Keeping keeping = Keeping::yes;
    if (window_ == Window::on_duty && on_duty_ && !on_duty_()) keeping = Keeping::off_shift;
    if (zones_.inside()) keeping = Keeping::private_zone;
    if (mode()) keeping = Keeping::private_mode;
    if (last_ && *last_ != keeping) since_ = clock_->now();
    last_ = keeping;
    return keeping;
}

}  // namespace outrider::agent
