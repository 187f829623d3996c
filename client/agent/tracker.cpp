#include "client/agent/tracker.hpp"

#include "platform/log.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <string>

namespace outrider::agent {
namespace {

// The longest that a fix which is not reported, and its count, may be missing from the disk.
constexpr Duration flush_after = std::chrono::minutes(1);
// A disk that refuses is asked again no more often than this, and with no more than that at once.
constexpr Duration retry_after = std::chrono::seconds(1);
constexpr std::size_t most_at_once = 100;

api::TrackPoint point_of(const gps::Judged& judged, Instant now,
                         std::optional<std::int64_t> sequence) {
    const gps::Fix& fix = judged.fix;
    api::TrackPoint point;
    // A time that is not believed is no date to find or forget it by.
    const bool dated = judged.judgement.verdict != gps::Verdict::implausible_time;
    point.time = dated ? fix.time.value_or(now) : now;
    point.latitude = fix.latitude;
    point.longitude = fix.longitude;
    point.speed_mps = fix.speed_mps;
    point.track_deg = fix.track_deg;
    point.altitude_m = fix.altitude_m;
    point.accuracy_m = fix.accuracy_m;
    point.judgement = judged.judgement;
    point.sequence = sequence;
    return point;
}

const std::string& not_reported(gps::Verdict verdict) {
    static const std::map<gps::Verdict, std::string> accounts = [] {
        std::map<gps::Verdict, std::string> all;
        for (const gps::Verdict each : gps::all_verdicts()) {
            all.emplace(each, "not_reported:" + std::string(gps::name(each)));
        }
        return all;
    }();
    return accounts.at(verdict);
}

}  // namespace

Tracker::Tracker(gps::Source& source, gps::JudgeSettings settings, offline::Store& store,
                 Clock& clock, std::int64_t destination, std::string unit,
                 std::function<void()> on_ping)
    : source_(source),
      judge_(settings),
      store_(store),
      clock_(clock),
      destination_(destination),
      unit_account_("reported:" + unit),
      on_ping_(std::move(on_ping)),
      verdicts_(clock),
      last_commit_(clock.uptime()) {}

Async<> Tracker::run() {
    for (;;) {
        Result<gps::Fix> fix = co_await source_.next();
        if (!fix) co_return;
        take(*fix);
    }
}

void Tracker::take(const gps::Fix& fix) {
    if (finished_) return;
    std::vector<gps::Judged> judged;
    last_rejection_.reset();
    if (gate_ && !gate_(fix)) return pass_over();
    if (audience_) judge_.watched_by(audience_());
    const Uptime before = judge_.newest() ? judge_.newest()->seen : Uptime();
    judge_.add(fix, clock_.now(), judged);
    const auto& newest = judge_.newest();
    if (follower_ && newest && newest->seen != before) follower_(*newest, judge_.motion());
    settle(std::move(judged));
    flush();
}

// All that is left of it is that there was one.
void Tracker::pass_over() {
    part();
    store_.ledger().count("captured");
    store_.ledger().count("not_reported:private");
    flush();
}

void Tracker::part() {
    std::vector<gps::Judged> judged;
    judge_.part(judged);
    settle(std::move(judged));
    last_rejection_.reset();
}

void Tracker::finish() {
    if (finished_) return;
    speak_up();
    finished_ = true;
    if (unstored_.empty()) return;
    log(Level::error, "tracker: the disk did not take the last " +
                          std::to_string(unstored_.size()) + " pings: they are lost");
}

void Tracker::speak_up() {
    std::vector<gps::Judged> judged;
    judge_.finish(judged);
    next_try_ = clock_.uptime();
    settle(std::move(judged));
    if (unstored_.empty()) heard_of_disk(store_.commit(clock_.now()));
}

void Tracker::settle(std::vector<gps::Judged> judged) {
    for (auto& one : judged) {
        note(one);
        if (one.judgement.verdict == gps::Verdict::reported) {
            auto context = context_ ? context_() : std::nullopt;
            unstored_.push_back({std::move(one), context});
            continue;
        }
        if (!unstored_.empty()) store_unstored();  // the journal keeps the order
        store_.ledger().count("captured");
        store_.ledger().count(not_reported(one.judgement.verdict));
        record(one, std::nullopt);
    }
    if (!unstored_.empty()) store_unstored();
}

void Tracker::note(const gps::Judged& judged) {
    const gps::Verdict verdict = judged.judgement.verdict;
    if (verdict != gps::Verdict::drift && !gps::believed(verdict)) {
        last_rejection_ = judged.judgement;
    }
    if (!gps::believed(verdict) || judged.fix.repaired_weeks == repaired_weeks_) return;
    repaired_weeks_ = judged.fix.repaired_weeks;
    log(Level::warning, "tracker: " + judged.fix.device.path() + " has lost count of its weeks: " +
                            std::to_string(repaired_weeks_) + " are added to its dates");
}

void Tracker::store_unstored() {
    while (unstored_.size() > most_unstored) give_up_oldest();
    if (storage_error_ && clock_.uptime() < next_try_ && !finished_) return;
    bool any = false;
    while (!unstored_.empty()) {
        Result<> stored = store_reported();
        heard_of_disk(stored);
        if (!stored) break;
        any = true;
    }
    next_try_ = clock_.uptime() + retry_after;
    if (any) on_ping_();
}

void Tracker::heard_of_disk(const Result<>& written) {
    if (written) {
        if (storage_error_) log(Level::notice, "tracker: recording again");
        storage_error_.reset();
        return;
    }
    if (!storage_error_) log(Level::error, "tracker: cannot record: " + written.error().detail);
    storage_error_ = written.error();
}

// The oldest of them in one commit. The journal keeps records of a failed one, so it hears last.
Result<> Tracker::store_reported() {
    const Instant now = clock_.now();
    const std::size_t count = std::min(unstored_.size(), most_at_once);
    // A young journal stays in memory, see Store::commit: its minute goes on.
    const bool all = !store_.journal().dirty() || store_.journal().ripe();
    std::vector<std::int64_t> sequences;
    Result<> stored = store_.commit(now, [&]() -> Result<> {
        for (std::size_t i = 0; i < count; ++i) {
            const auto& [judged, context] = unstored_[i];
            const bool is_new = store_.ledger().balance(unit_account_) == 0;
            api::Ping ping = api::Ping::of(judged.fix, is_new);
            ping.under_way = context;
            auto sequence = store_.outbox().add(offline::Lane::pings, judged.fix.time.value_or(now),
                                                destination_, encode(ping));
            if (!sequence) return sequence.error();
            store_.ledger().count("captured");
            store_.ledger().count(unit_account_);
            sequences.push_back(*sequence);
        }
        return {};
    });
    if (!stored) return stored;
    if (all) last_commit_ = clock_.uptime();
    for (std::size_t i = 0; i < sequences.size(); ++i) record(unstored_[i].judged, sequences[i]);
    unstored_.erase(unstored_.begin(), unstored_.begin() + static_cast<std::ptrdiff_t>(count));
    return {};
}

void Tracker::give_up_oldest() {
    store_.ledger().count("captured");
    store_.ledger().count("not_reported:not_stored");
    unstored_.pop_front();
}

void Tracker::record(const gps::Judged& judged, std::optional<std::int64_t> sequence) {
    const api::TrackPoint point = point_of(judged, clock_.now(), sequence);
    if (std::isfinite(point.latitude) && std::isfinite(point.longitude)) {
        store_.journal().append(point.time, api::encode(point));
    }
    if (verdicts_.heard()) verdicts_.publish(api::to_json(point));
}

void Tracker::flush() {
    const Uptime now = clock_.uptime();
    if (now - last_commit_ < flush_after) return;
    last_commit_ = now;
    if (!unstored_.empty()) return store_unstored();
    heard_of_disk(store_.commit(clock_.now()));
}

}  // namespace outrider::agent
