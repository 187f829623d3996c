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
constexpr int surely_outside = 3;       // fixes in a row
constexpr double unknown_error_m = 20;  // of a fix that does not tell

}  // namespace

std::string_view name(Keeping keeping) {
    const auto index = static_cast<std::size_t>(keeping);
    return index < names.size() ? names[index] : "unknown";
}

bool ZoneWatch::inside(const gps::Fix& fix) {
    const bool placed = fix.usable() && std::isfinite(fix.latitude) && std::isfinite(fix.longitude);
    if (zones_.empty() || !placed) return inside_;
    // However large it is: what is not believed is on record all the same, with its place.
    const bool told = fix.accuracy_m && *fix.accuracy_m >= 0;
    const double error = told ? *fix.accuracy_m : unknown_error_m;
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

Result<Privacy> Privacy::open(offline::Store& store, Clock& clock, const PrivacySettings& settings,
                              std::string boot) {
    Privacy privacy(store, clock, settings, std::move(boot));
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
    const Uptime longest = clock_->uptime() + length(*mode_);
    const bool same_boot = !boot_.empty() && written->boot == boot_ && written->over;
    mode_over_ = same_boot ? std::min(*written->over, longest) : longest;
    by_gps_ = written->by_gps.value_or(false);
    guessed_ = !same_boot || written->guessed.value_or(false);
    if (!same_boot) keep_if_may_be();  // the next start is no reason to hold it longer still
    return {};
}

Duration Privacy::length(const Mode& mode) {
    return std::max(Duration::zero(), *mode.until - mode.since);
}

void Privacy::time_is_known() {
    time_known_ = true;
    if (!mode() || !mode_over_) return;
    const Uptime uptime = clock_->uptime();
    const Instant now = clock_->now();
    const Duration whole = length(*mode_);
    if (guessed_ && by_gps_) {
        mode_over_ = std::min(*mode_over_, uptime + (*mode_->until - now));
    }
    guessed_ = false;
    if (!mode()) return;
    by_gps_ = true;
    mode_->until = now + (*mode_over_ - uptime);
    mode_->since = *mode_->until - whole;
    keep_if_may_be();
}

Result<> Privacy::keep(const std::optional<Mode>& mode) {
    std::string text;
    if (mode) {
        api::PrivatePage page;
        page.since = mode->since;
        page.until = mode->until;
        page.by = mode->by;
        page.over = mode_over_;
        if (!boot_.empty()) page.boot = boot_;
        page.by_gps = by_gps_;
        page.guessed = guessed_;
        text = api::encode(page);
    }
    const Instant now = clock_->now();
    return store_->commit(now, [&] { return store_->notebook().write(page_name, text, now); });
}

void Privacy::keep_if_may_be() {
    const Result<> kept = keep(mode_);
    if (!kept) log(Level::warning, "privacy: " + kept.error().detail);
}

Result<> Privacy::begin(std::optional<Duration> length, std::int64_t by) {
    Mode mode;
    mode.since = clock_->now();
    mode.by = by;
    mode_over_.reset();
    by_gps_ = time_known_;
    guessed_ = false;
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
        keep_if_may_be();
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
