// Taps that were written down by a wrong clock, and how old the office's word is.

#include "client/agent/workday.hpp"

#include "gps/sieve.hpp"
#include "platform/log.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <string_view>
#include <utility>

namespace outrider::agent {

using offline::Lane;

namespace {

constexpr std::string_view stamps_page = "stamps";
constexpr Duration clocks_apart = std::chrono::minutes(2);  // a slow answer, a clock that passes
constexpr std::size_t most_stamps = 2 * Workday::most_waiting;

}  // namespace

// What is lost of it with an unreadable page is the correction, not the tap.
Result<> Workday::load_stamps() {
    const auto page = store_.notebook().read(stamps_page);
    if (!page) return page.error();
    if (!*page) return {};
    auto parsed = api::decode_stamps((*page)->text);
    if (!parsed) log(Level::warning, "workday: " + parsed.error().detail);
    if (parsed) stamps_ = std::move(*parsed);
    return {};
}

void Workday::use(const api::Stamp& stamp, Pending& pending) const {
    pending.tap.happened = stamp.happened;
    pending.tap.by_gps = !stamp.guessed;
    pending.guessed = stamp.guessed;
    pending.timed = true;
}

// Before the receiver tells the time, the last tap that has its time tells more than a clock that
// may be wrong: of this boot how late it is, of one before how late it is at least.
void Workday::give_time(api::Tap& tap, const Moment& moment, const api::Tap* before) const {
    tap.happened = moment.time;
    tap.by_gps = moment.by_gps;
    const Pending* timed = timed_ ? &*timed_ : nullptr;
    for (const Pending& each : pending_) {
        if (each.tap.by_gps && (!timed || each.sequence > timed->sequence)) timed = &each;
    }
    if (!tap.by_gps && timed != nullptr) {
        const bool of_now = of_this_boot(*timed);
        const bool of_before = !of_now && !settings_.boot.empty() && timed->tap.boot;
        const Uptime from = of_now ? timed->tap.uptime : Uptime();
        const Instant then = timed->tap.happened + std::max(Duration::zero(), tap.uptime - from);
        // By a clock that was never set it waits for the time, unless others are told before it.
        const bool waits = before == nullptr && moment.time < gps::time_floor;
        if (of_before && !waits) tap.happened = std::max(tap.happened, then);
        if (of_now && std::chrono::abs(then - tap.happened) > clocks_apart) {
            tap.happened = then;
            tap.by_gps = true;
        }
    }
    // The receiver's time may be behind the clock the one before was written by; by much when that
    // clock was wrong.
    if (before == nullptr) return;
    const bool was_wrong =
        tap.by_gps && !before->by_gps && before->happened - tap.happened > near_enough;
    if (!was_wrong) tap.happened = std::max(tap.happened, before->happened);
}

// Of one that ends, for those that follow it.
void Workday::remember_time(std::int64_t sequence) {
    const Pending* ended = find(sequence);
    if (ended == nullptr || !ended->tap.by_gps) return;
    if (!timed_ || timed_->sequence < sequence) timed_ = *ended;
}

bool Workday::of_this_boot(const Pending& pending) const {
    const bool same = !settings_.boot.empty() && pending.tap.boot == settings_.boot;
    return same || pending.of_this_run;
}

// Nothing where the record's time stands.
std::optional<api::Stamp> Workday::true_time(const Pending& pending, const TimeAt& time) const {
    const auto now = time(clock_.uptime());
    const auto then = time(pending.tap.uptime);
    const auto start = time(Uptime());
    if (!now || !then || !start) return std::nullopt;
    const Instant written = pending.tap.happened;
    if (of_this_boot(pending)) {
        if (std::chrono::abs(*then - written) <= near_enough) return std::nullopt;
        return api::Stamp{pending.sequence, *then, false};
    }
    // Of a boot before this one nobody knows how far its clock was off, unless it cannot be.
    const bool possible = written >= gps::time_floor && written <= *now + near_enough;
    if (possible) return std::nullopt;
    return api::Stamp{pending.sequence, *start, true};
}

// Those that are still of use, and these.
Result<std::vector<api::Stamp>> Workday::stamps_and(std::vector<api::Stamp> fresh) {
    std::vector<api::Stamp> all;
    for (const api::Stamp& stamp : stamps_) {
        bool of_use = find(stamp.sequence) != nullptr;
        if (!of_use) {
            const auto letter = store_.outbox().dead_letter(Lane::actions, stamp.sequence);
            if (!letter) return letter.error();
            of_use = letter->has_value();
        }
        if (of_use) all.push_back(stamp);
    }
    all.insert(all.end(), fresh.begin(), fresh.end());
    if (all.size() > most_stamps) all.erase(all.begin(), all.end() - most_stamps);
    return all;
}

bool Workday::know_time(const TimeAt& time) { return restamp(time, TimeBy::gps); }

// By whoever set the clock, where no receiver tells: for what was written down before.
bool Workday::was_set_meanwhile() {
    if (clock_.now() < gps::time_floor) return false;
    const auto time = [this](Uptime at) {
        return std::optional(clock_.now() - (clock_.uptime() - at));
    };
    return restamp(time, TimeBy::set_clock);
}

// What the office may have heard already keeps the time it was told with.
bool Workday::restamp(const TimeAt& time, TimeBy by) {
    if (!time(clock_.uptime())) return false;
    std::vector<api::Stamp> fresh;
    for (Pending& pending : pending_) {
        if (pending.timed || pending.tap.by_gps || pending.sent || pending.answered) continue;
        const bool never_set = pending.tap.happened < gps::time_floor;
        if (by == TimeBy::set_clock && !never_set) continue;
        auto stamp = true_time(pending, time);
        if (stamp && by == TimeBy::set_clock) stamp->guessed = true;
        if (stamp) fresh.push_back(*stamp);
        pending.timed = !stamp;
    }
    const Instant heard = heard_at_ ? clock_.now() - (clock_.uptime() - *heard_at_) : office_.as_of;
    const bool day = std::chrono::abs(heard - office_.as_of) > clocks_apart;
    if (fresh.empty() && !day) return false;
    api::OfficeDay office = office_;
    if (day) office.as_of = heard;
    std::vector<api::Stamp> all;
    const Result<> done = store_.commit(clock_.now(), [&]() -> Result<> {
        auto stamps = stamps_and(fresh);
        if (!stamps) return stamps.error();
        all = std::move(*stamps);
        if (day) {
            if (auto kept = keep(&office, told_); !kept) return kept;
        }
        return store_.notebook().write(stamps_page, api::encode(all), office.as_of);
    });
    if (!done) return false;  // asked again soon; the tracker tells of a disk that refuses
    stamps_ = std::move(all);
    office_ = std::move(office);
    if (silence_ && silence_->since) silence_->since = office_.as_of;
    for (const api::Stamp& stamp : fresh) {
        Pending& pending = *find(stamp.sequence);
        log(Level::notice,
            fmt::format("workday: action {} was written down at {} by a wrong clock: it was {}{}",
                        stamp.sequence, to_rfc3339(pending.tap.happened),
                        of_this_boot(pending) ? "" : "before ", to_rfc3339(stamp.happened)));
        use(stamp, pending);
        if (!pending.elsewhere) pending.held.reset();  // judged again
    }
    changed();
    return true;
}

std::optional<Duration> Workday::age() const {
    if (office_.as_of == Instant{}) return std::nullopt;
    if (heard_at_) return clock_.uptime() - *heard_at_;
    const Duration age = clock_.now() - office_.as_of;
    if (age < -clocks_apart || office_.as_of < gps::time_floor) return std::nullopt;
    return std::max(Duration::zero(), age);
}

}  // namespace outrider::agent
