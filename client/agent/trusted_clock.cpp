#include "client/agent/trusted_clock.hpp"

#include "gps/sieve.hpp"
#include "platform/log.hpp"

#include <fmt/format.h>

#include <chrono>
#include <string_view>

namespace outrider::agent {
namespace {

constexpr Duration good_enough = std::chrono::minutes(1);

bool never_set(Instant time) { return time < gps::time_floor; }

std::string year_of(Instant time) { return to_rfc3339(time).substr(0, 4); }

std::string_view name(gps::ClockTrust::Change change) {
    using Change = gps::ClockTrust::Change;
    switch (change) {
        case Change::gained: return "known by GPS";
        case Change::corrected: return "corrected by GPS";
        case Change::replaced: return "another one by GPS";
        case Change::none: break;
    }
    return "";
}

}  // namespace

Instant TrustedClock::now() const {
    const Instant device = device_.now();
    return off() ? trust_.at(uptime()).value_or(device) : device;
}

std::optional<Duration> TrustedClock::off() const {
    const Uptime here = uptime();
    const auto ahead = trust_.ahead(device_.now(), here);
    // Long after the last fix a device's clock that somebody keeps is the better one.
    if (!ahead || std::chrono::abs(*ahead) <= good_enough + trust_.drift(here)) return std::nullopt;
    return ahead;
}

bool TrustedClock::hear(const gps::Fix& fix) {
    if (!fix.time) return false;
    const auto change = trust_.add(*fix.time, fix.seen);
    if (change == gps::ClockTrust::Change::none) return false;
    const auto ahead = off();
    log(ahead ? Level::warning : Level::info,
        fmt::format("clock: the time is {}: {}{}", name(change), to_rfc3339(now()),
                    ahead ? "; the device clock is " + gps::beside_gps(*ahead) : ""));
    return true;
}

std::string TrustedClock::complaint() const {
    if (const auto ahead = off()) {
        return fmt::format("the device clock is {}: nothing here goes by it, but it should be set",
                           gps::beside_gps(*ahead));
    }
    const Instant device = device_.now();
    if (trust_.trusted() || !never_set(device)) return {};
    return fmt::format("the device clock says {}: waiting for GPS time", year_of(device));
}

std::string TrustedClock::doubts() const {
    const Instant device = device_.now();
    if (const auto ahead = off()) {
        return fmt::format("GPS says that it is {}, and the device's clock is {}",
                           to_rfc3339(now()), gps::beside_gps(*ahead));
    }
    if (trust_.trusted()) {
        return fmt::format("the device's clock says {}, and GPS agrees", to_rfc3339(device));
    }
    return never_set(device) ? complaint() : device_.doubts() + ", or wait for GPS time";
}

}  // namespace outrider::agent
