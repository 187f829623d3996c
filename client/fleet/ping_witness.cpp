// What the witness is told: what the receiver gave, what left, what came back.

#include "client/fleet/ping_witness.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <functional>
#include <numbers>
#include <utility>

namespace outrider::fleet {
namespace {

constexpr double highest_speed_mps = 100;  // a higher one is not reported
constexpr double slowest_drive_mps = 3;
constexpr std::int64_t largest_gap = 10'000;
// Between the choice of what to send and its leaving: a token may be fetched.
constexpr Duration longest_packing = std::chrono::minutes(2);

}  // namespace

bool refuses(int status) {
    constexpr std::array others = {401, 403, 404, 405, 407, 408, 413, 425, 429};
    return status >= 400 && status <= 499 && std::ranges::find(others, status) == others.end();
}

PingWitness::PingWitness(const Clock& truth, PingRules rules)
    : rules_(std::move(rules)), clock_(truth) {}

void PingWitness::complain(std::string words) {
    if (complaint_.empty()) complaint_ = std::move(words);
}

void PingWitness::reported(const gps::Fix& fix, bool may_be_kept, const Truth& truth) {
    Given& given = given_.emplace_back();
    if (fix.time) given.time = *fix.time;
    given.latitude = fix.latitude;
    given.longitude = fix.longitude;
    given.at = clock_.uptime();
    const double speed = fix.speed_mps.value_or(-1);
    if (speed >= 0 && speed <= highest_speed_mps) given.speed_mps = static_cast<float>(speed);
    given.kept = may_be_kept;
    if (truth.fair && fix.usable()) {
        constexpr double metres_per_degree = 111'195, half_circle = 180;
        const double shrinks = std::cos(truth.latitude * std::numbers::pi / half_circle);
        const double east = std::remainder(fix.longitude - truth.longitude, 2 * half_circle);
        given.wrong_m = static_cast<float>(
            metres_per_degree * std::hypot(fix.latitude - truth.latitude, shrinks * east));
        given.driving = may_be_kept && !refuses_ && truth.speed_mps > slowest_drive_mps;
    }
    ++counts_.fixes;
}

void PingWitness::shows(const std::optional<api::Ping::Context>& under_way, std::int64_t revision) {
    const Uptime now = clock_.uptime();
    const Uptime before = shown_.empty() ? Uptime() : shown_.back().to;
    const bool missed = revision > std::exchange(revision_, revision) + 1;
    if (shown_.empty() || shown_.back().under_way != under_way || missed || shown_.back().missed) {
        shown_.push_back({before, now, under_way, missed});
    }
    shown_.back().to = now;
}

PingWitness::Disk* PingWitness::disk_of(std::string_view prefix) {
    const auto known = std::ranges::find(disks_, prefix, &Disk::prefix);
    if (known != disks_.end()) return &*known;
    Disk& disk = disks_.emplace_back();
    disk.prefix = prefix;
    return &disk;
}

// Numbers that nobody has seen yet are made up to it.
PingWitness::Owed* PingWitness::owed(Disk& disk, std::int64_t sequence) {
    auto& list = disk.owed;
    const std::int64_t newest = list.empty() ? 0 : list.back().sequence;
    if (sequence > newest) {
        const bool jump = sequence - newest > largest_gap;
        if (jump && !damaged_) {
            complain(fmt::format("ping {} follows ping {}", sequence, newest));
            return nullptr;
        }
        const Uptime now = clock_.uptime();
        for (auto next = jump ? sequence : newest + 1; next <= sequence; ++next) {
            Owed& one = list.emplace_back();
            one.sequence = next;
            one.since = now;
        }
    }
    const auto guess = static_cast<std::size_t>(std::max<std::int64_t>(sequence, 1) - 1);
    if (guess < list.size() && list[guess].sequence == sequence) return &list[guess];
    const auto found = std::ranges::lower_bound(list, sequence, {}, &Owed::sequence);
    if (found == list.end() || found->sequence != sequence) {
        complain(fmt::format("ping {} is none that the disk ever held", sequence));
        return nullptr;
    }
    return &*found;
}

// "or-1f2e3d4c5b6a7988-42"
PingWitness::Owed* PingWitness::owed_by(std::string_view external_id, std::size_t& disk) {
    const auto mark = external_id.rfind('-');
    const std::string_view digits =
        mark == external_id.npos ? std::string_view() : external_id.substr(mark + 1);
    std::int64_t sequence = 0;
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), sequence);
    if (mark != 19 || read.ptr != digits.data() + digits.size() || sequence < 1) {
        complain(fmt::format("'{}' is no name of a ping of ours", external_id));
        return nullptr;
    }
    Disk* found = disk_of(external_id.substr(0, mark + 1));
    disk = static_cast<std::size_t>(std::ranges::find(disks_, found->prefix, &Disk::prefix) -
                                    disks_.begin());
    return owed(*found, sequence);
}

PingWitness::Attempt PingWitness::leaves(std::string_view body) {
    Leave leave;
    leave.first = left_.size();
    FlatArray array(body);
    FlatObject ping;
    while (array.next(ping)) one_leaves(ping, leave);
    leave.count = left_.size() - leave.first;
    if (!array.whole() || leave.count == 0) complain("a request holds no list of pings");
    if (leave.count > 1) {
        leave.newest_behind = newest(disks_[leave.disk], left_.back().sequence);
    }
    leaves_.push_back(leave);
    left_since_ = true;
    ++counts_.requests;
    return leaves_.size() - 1;
}

void PingWitness::one_leaves(const FlatObject& ping, Leave& leave) {
    const std::string_view id = ping.at("externalId");
    std::size_t disk = 0;
    Owed* one = owed_by(id, disk);
    if (one == nullptr) return;
    const bool first = left_.size() == leave.first;
    if (first) leave.disk = disk;
    if (disk != leave.disk) complain(fmt::format("{} left with pings of another disk", id));
    if (!first && left_.back().sequence >= one->sequence) {
        complain(fmt::format("ping {} left behind ping {} in one request", one->sequence,
                             left_.back().sequence));
    }
    if (one->accepted) {
        complain(fmt::format("ping {} left again, though the office's word for it had been read",
                             one->sequence));
    }
    if (rules_.read_back && one->in_doubt == asked_) {
        complain(fmt::format("ping {} left again, and nobody had asked whether it had arrived",
                             one->sequence));
    }
    const std::size_t hash = std::max<std::size_t>(std::hash<std::string_view>()(ping.text), 1);
    if (one->left_as != 0 && one->left_as != hash) {
        complain(
            fmt::format("ping {} left as other bytes than before: {}", one->sequence, ping.text));
    }
    if (one->left_as == 0) understand(ping, *one);
    one->left_as = hash;
    disks_[disk].left_to = std::max(disks_[disk].left_to, one->sequence);
    left_.push_back({one->sequence, Heard::nothing});
}

// No younger one waits, but for those that came while the request was being made, and those that
// left before.
bool PingWitness::newest(const Disk& disk, std::int64_t sequence) const {
    const Uptime packed = clock_.uptime() - longest_packing;
    for (auto i = disk.owed.size(); i > 0 && disk.owed[i - 1].sequence > sequence; --i) {
        const Owed& younger = disk.owed[i - 1];
        if (younger.left_as == 0 && younger.since < packed) return false;
    }
    return true;
}

void PingWitness::answered(Attempt attempt, int status, std::string_view body, Reached reached) {
    Leave& leave = leaves_.at(attempt);
    leave.reached = reached;
    if (leave.count == 0) return;
    if (status >= 200 && status <= 299) {
        hear(leave, body);
        return;
    }
    if (status >= 500 && reached != Reached::no) doubt(leave);
    if (!refuses(status)) return;
    for (std::size_t i = leave.first; i < leave.first + leave.count; ++i) {
        if (Owed* one = owed(disks_[leave.disk], left_[i].sequence)) refused(leave, *one);
    }
}

// Of many in one request nobody knows which one is meant.
void PingWitness::refused(const Leave& leave, Owed& one) {
    one.against = one.against || leave.count == 1;
    ++one.refusals;
    one.refused_in = static_cast<std::size_t>(&leave - leaves_.data());
}

// Of an answer that is not whole nothing counts; of results for one ping the first.
void PingWitness::hear(Leave& leave, std::string_view body) {
    FlatArray array(body);
    FlatObject result;
    const auto begin = left_.begin() + static_cast<std::ptrdiff_t>(leave.first);
    const auto end = begin + static_cast<std::ptrdiff_t>(leave.count);
    std::vector<std::pair<std::int64_t, Heard>> results;
    while (array.next(result)) {
        const std::string_view id = result.at("externalId"), said = result.at("status");
        if (id.empty() || said.empty()) return;
        const Disk& disk = disks_[leave.disk];
        if (!id.starts_with(disk.prefix)) continue;
        std::int64_t sequence = 0;
        std::from_chars(id.data() + disk.prefix.size(), id.data() + id.size(), sequence);
        const Heard heard = said == "Success" ? Heard::success
                            : said == "Fail"  ? Heard::fail
                                              : Heard::nothing;
        results.emplace_back(sequence, heard);
    }
    if (!array.whole()) return;
    bool any = false;
    const bool some = std::ranges::any_of(
        results, [](const auto& each) { return each.second == Heard::success; });
    for (const auto& [sequence, heard] : results) {
        const auto found = std::ranges::lower_bound(begin, end, sequence, {}, &Left::sequence);
        if (found == end || found->sequence != sequence || found->heard != Heard::nothing) continue;
        found->heard = heard;
        Owed* one = owed(disks_[leave.disk], sequence);
        if (one == nullptr || heard == Heard::nothing) continue;
        any = true;
        if (heard == Heard::success) {
            one->accepted = true;
            leave.reached = Reached::yes;
        } else if (some) {
            one->against = true;
        } else {
            refused(leave, *one);
        }
    }
    if (any) unsettled_.push_back(static_cast<std::size_t>(&leave - leaves_.data()));
}

void PingWitness::lost(Attempt attempt, Reached reached) {
    leaves_.at(attempt).reached = reached;
    if (reached != Reached::no) doubt(leaves_[attempt]);
}

void PingWitness::doubt(const Leave& leave) {
    for (std::size_t i = leave.first; i < leave.first + leave.count; ++i) {
        Owed* one = owed(disks_[leave.disk], left_[i].sequence);
        if (one == nullptr) continue;
        one->in_doubt = asked_;
        one->late += leave.reached == Reached::perhaps ? 1 : 0;
    }
}

// The answer was in memory only, as far as anybody saw.
void PingWitness::expect_again(Leave& leave) {
    for (std::size_t i = leave.first; i < leave.first + leave.count; ++i) {
        Owed* one = owed(disks_[leave.disk], left_[i].sequence);
        if (one != nullptr && left_[i].heard == Heard::success) one->accepted = false;
        left_[i].heard = Heard::nothing;
    }
}

// What came before is on the disk.
Uptime PingWitness::unwritten_since() const {
    const Uptime usual = clock_.uptime() - rules_.unwritten;
    const bool lately = refuses_ || well_since_ > usual;
    return refused_since_ && lately ? std::min(usual, *refused_since_ - rules_.unwritten) : usual;
}

void PingWitness::crashed() {
    ++counts_.crashes;
    const auto given = static_cast<std::int64_t>(given_.size());
    const std::int64_t counted = crashes_.empty() ? 0 : crashes_.back();
    const Uptime since = unwritten_since();
    for (auto i = given; i > std::max(counted, captured_from_); --i) {
        if (given_[static_cast<std::size_t>(i - 1)].at < since) break;
        ++may_be_lost_;
    }
    crashes_.push_back(given);
    for (const std::size_t attempt : unsettled_) expect_again(leaves_[attempt]);
    unsettled_.clear();
    deep_ = true;
}

void PingWitness::stopped() {
    if (refuses_) return crashed();
    deep_ = true;
}

void PingWitness::disk_refuses(bool refuses) {
    if (refuses && !refuses_) refused_since_ = clock_.uptime();
    if (!refuses && refuses_) well_since_ = clock_.uptime();
    refuses_ = refuses;
}

void PingWitness::disk_replaced() {
    crashed();
    replaced_ = true;
    captured_from_ = static_cast<std::int64_t>(given_.size());
    may_be_lost_ = 0;
}

}  // namespace outrider::fleet
