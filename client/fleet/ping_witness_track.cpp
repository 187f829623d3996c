// The reported track: what the device says it believed, beside the pings it made of it.

#include "client/api/local.hpp"
#include "client/fleet/ping_witness.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <utility>

namespace outrider::fleet {
namespace {

constexpr double metres_per_degree = 6'371'008.8 * std::numbers::pi / 180;
constexpr Duration longest_silence = std::chrono::minutes(15),
                   longest_step = std::chrono::seconds(2);
constexpr double rounding_m = 0.05;  // places are kept to a centimetre

double wrapped(double degrees) {
    if (degrees > 180) return degrees - 360;
    if (degrees < -180) return degrees + 360;
    return degrees;
}

}  // namespace

void PingWitness::look_at_track(offline::Store& store) {
    std::vector<Believed> believed;
    believed.reserve(given_.size());
    const Result<> read =
        store.journal().read(Instant{}, Instant::max(), [&](std::string_view record) -> Result<> {
            if (complaint_.empty()) look_at_record(record, believed);
            return {};
        });
    if (!read) complain("the journal cannot be read: " + read.error().detail);
    const bool all_stored = store.ledger().balance("not_reported:not_stored") == 0;
    if (complaint_.empty() && all_stored) measure(std::move(believed));
    look_at_silence();
}

// Who drives on duty under a free sky is reported.
void PingWitness::look_at_silence() {
    Duration driven{};
    Uptime before{};
    auto crash = crashes_.begin();
    for (std::size_t i = 0; i < given_.size(); ++i) {
        const Given& given = given_[i];
        for (; crash != crashes_.end() && std::cmp_less_equal(*crash, i); ++crash) driven = {};
        if (given.used) driven = {};
        if (given.driving) driven += std::min<Duration>(given.at - before, longest_step);
        before = given.at;
        if (driven <= longest_silence) continue;
        return complain(fmt::format("no ping in {} s of driving, until {} s after the first fix",
                                    driven / std::chrono::seconds(1),
                                    (given.at - given_.front().at) / std::chrono::seconds(1)));
    }
}

void PingWitness::look_at_record(std::string_view record, std::vector<Believed>& believed) {
    const auto point = api::decode_track_point(record);
    if (!point) return complain("the journal: " + point.error().detail);
    const gps::Verdict verdict = point->judgement.verdict;
    const bool is_believed = verdict == gps::Verdict::reported || verdict == gps::Verdict::held ||
                             verdict == gps::Verdict::parked;
    // What has no time, or one that nobody can believe, is kept under the time it came.
    const Dated dated = is_believed                                 ? Dated::surely
                        : verdict == gps::Verdict::implausible_time ? Dated::no
                                                                    : Dated::if_the_fix_was;
    const auto given =
        find({0, point->time, point->latitude, point->longitude, dated}, next_recorded_);
    if (given < 0) return;
    next_recorded_ = given + 1;
    if (!is_believed) return;
    if (verdict != gps::Verdict::reported) {
        believed.push_back({given, point->time, point->latitude, point->longitude});
        return;
    }
    Owed* one = owed(disks_[disk_], point->sequence.value_or(0));
    if (one == nullptr) return;
    const api::Ping of_it{point->time, point->latitude, point->longitude, {}, {}, {}};
    if (!one->ping) {  // it was gone before anybody looked
        one->ping = of_it;
        one->given = given;
    }
    if (one->ping->time != of_it.time || one->ping->latitude != of_it.latitude ||
        one->ping->longitude != of_it.longitude) {
        complain(fmt::format("the journal has ping {} at another time or place", one->sequence));
    }
}

std::vector<PingWitness::Believed> PingWitness::reported_track() {
    std::vector<Believed> track;
    for (const Disk& disk : disks_) {
        bool apart = true;
        for (const Owed& one : disk.owed) {
            if (one.given >= 0) {
                track.push_back(
                    {one.given, one.ping->time, one.ping->latitude, one.ping->longitude, apart});
            }
            apart = one.given < 0;
        }
    }
    return track;
}

// Believed fixes between two pings, in the order in which they were given. After the last one
// nothing is measured, nor where a crash has cost some.
void PingWitness::measure(std::vector<Believed> believed) {
    std::vector<Believed> pings = reported_track();
    for (auto* list : {&believed, &pings}) {  // as good as sorted, nearly always
        if (std::ranges::is_sorted(*list, {}, &Believed::given)) continue;
        std::ranges::stable_sort(*list, {}, &Believed::given);
    }
    auto fix = believed.begin();
    const Believed* from = nullptr;
    for (const Believed& to : pings) {
        const bool apart = from == nullptr || to.apart || parted(from->given, to.given);
        for (; fix != believed.end() && fix->given < to.given; ++fix) {
            if (apart || from->given == fix->given) continue;
            measure(*from, *fix, to);
            if (!complaint_.empty()) return;
        }
        from = &to;
    }
}

void PingWitness::measure(const Believed& from, const Believed& fix, const Believed& to) {
    if (to.time <= from.time) {
        return complain(fmt::format("the fix of {} is on no track: the ping before it is of {}",
                                    to_rfc3339(fix.time), to_rfc3339(from.time)));
    }
    const double share = static_cast<double>((fix.time - from.time).count()) /
                         static_cast<double>((to.time - from.time).count());
    const double latitude = from.latitude + share * (to.latitude - from.latitude);
    const double longitude = from.longitude + share * wrapped(to.longitude - from.longitude);
    const double shrinks = std::cos((fix.latitude + latitude) / 2 * std::numbers::pi / 180);
    const double away =
        metres_per_degree *
        std::hypot(fix.latitude - latitude, shrinks * wrapped(fix.longitude - longitude));
    ++counts_.measured;
    counts_.largest_mm = std::max<std::int64_t>(counts_.largest_mm, std::llround(1000 * away));
    if (away <= rules_.bound_m + rounding_m) return;
    complain(fmt::format("the fix of {} is {:.2f} m off the way from the ping of {} to that of {}",
                         to_rfc3339(fix.time), away, to_rfc3339(from.time), to_rfc3339(to.time)));
}

// Fixes between them are missing: lost in a crash, or not kept.
bool PingWitness::parted(std::int64_t from, std::int64_t to) const {
    const auto crash = std::ranges::upper_bound(crashes_, from);
    if (crash != crashes_.end() && *crash <= to) return true;
    const auto begin = given_.begin() + from, end = given_.begin() + to;
    return std::any_of(begin, end, [](const Given& given) { return !given.kept; });
}

}  // namespace outrider::fleet
