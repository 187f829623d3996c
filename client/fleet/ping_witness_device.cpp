// What the device keeps, beside what its receiver gave.

#include "client/fleet/ping_witness.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <utility>

namespace outrider::fleet {

using offline::Lane;

namespace {

constexpr std::size_t at_once = 256;
constexpr std::size_t most_dead = 100'000;
constexpr std::int64_t most_unread = 32;
constexpr int looks_per_audit = 64;             // those after an answer
constexpr double place_tolerance_deg = 0.6e-7;  // kept to 1e-7
constexpr Duration longest_choice = std::chrono::minutes(3);
constexpr double farthest_m = 250;              // from the truth
constexpr double speed_tolerance_mps = 0.0051;  // kept to 0.01
constexpr Duration around = std::chrono::hours(24) * 7 * 1024;
constexpr Duration right_again = std::chrono::hours(48);  // what was repaired
// Fixes whose verdict may wait for those after them, whatever happens.
constexpr std::int64_t most_undecided = 100;

bool same_time(Instant one, Instant other) { return (one - other) % around == Duration::zero(); }

std::string place(double latitude, double longitude) {
    return fmt::format("{:.7f}, {:.7f}", latitude, longitude);
}

}  // namespace

void PingWitness::look_at(offline::Store& store) {
    if (!complaint_.empty()) return;
    if (deep_) return look_deep(store);
    const Disk& disk = disks_[disk_];
    if (store.ledger().balance("accepted:pings") != disk.seen_to || left_since_) {
        look_at_accepted(store);
        // Reading costs: what stays where it is can be read later.
        if (left_since_ || disk.seen_to - disk.read_to >= most_unread) read_new(store);
        left_since_ = false;
    }
    if (unsettled_.empty()) return;
    look_at_settled(store);
    if (++looks_ % looks_per_audit == 0) look_at_books(store);
}

void PingWitness::look_deep(offline::Store& store) {
    deep_ = false;
    Disk* disk = disk_of(fmt::format("or-{:016x}-", store.identity()));
    const auto index = static_cast<std::size_t>(
        std::ranges::find(disks_, disk->prefix, &Disk::prefix) - disks_.begin());
    if (disk_ != none && disk_ != index && !replaced_) {
        complain(fmt::format("the disk was {} and is {}", disks_[disk_].prefix, disk->prefix));
    }
    replaced_ = false;
    disk_ = index;
    disk->seen = true;
    look_at_accepted(store);
    read_new(store);
    look_at_settled(store);
    look_at_queue(store);
    look_at_books(store);
    look_at_captured(store, crashes_.empty() ? 0 : crashes_.back());
}

// A disk that takes nothing may not be readable either, until it is opened anew.
void PingWitness::unreadable(const Error& error) {
    deep_ = true;
    if (!refuses_) complain("the disk cannot be read: " + error.detail);
}

void PingWitness::look_at_accepted(offline::Store& store) {
    Disk& disk = disks_[disk_];
    const std::int64_t accepted = store.ledger().balance("accepted:pings");
    if (accepted < disk.seen_to) {
        complain(fmt::format("{} pings were on the disk, and now there were never more than {}",
                             disk.seen_to, accepted));
    }
    if (disk.left_to > accepted) {
        complain(fmt::format("ping {} has left, and only {} were ever accepted", disk.left_to,
                             accepted));
    }
    if (accepted > disk.seen_to) owed(disk, accepted);
    counts_.pings += accepted - disk.seen_to;
    disk.seen_to = accepted;
}

void PingWitness::read_new(offline::Store& store) {
    Disk& disk = disks_[disk_];
    while (disk.read_to < disk.seen_to && complaint_.empty()) {
        const auto found = store.outbox().from(Lane::pings, disk.read_to + 1, at_once);
        if (!found) return unreadable(found.error());
        for (const auto& envelope : *found) see(envelope);
        disk.read_to = found->size() < at_once ? disk.seen_to : found->back().sequence;
    }
}

void PingWitness::see(const offline::Envelope& envelope) {
    Disk& disk = disks_[disk_];
    Owed* one = owed(disk, envelope.sequence);
    if (one == nullptr) return;
    const auto ping = api::decode_ping(envelope.body);
    if (!ping) {
        return complain(fmt::format("ping {}: {}", envelope.sequence, ping.error().detail));
    }
    one->ping = *ping;
    one->kept_as = std::hash<std::string_view>()(envelope.body);
    compare_with_fix(*one, 0);
    compare_with_screen(*one);
    if (one->left_as != 0) compare_sent(*one);
}

// A fix may wait for those after it before it is a ping, and the newest until the program stops:
// as long as nobody has seen the ping.
void PingWitness::compare_with_screen(const Owed& one) {
    if (one.given < 0 || shown_.empty()) return;
    const Uptime from = given_[static_cast<std::size_t>(one.given)].at;
    const Uptime to = std::max(from + longest_choice, one.since);
    const auto& under_way = one.ping->under_way;
    for (auto shown = shown_.rbegin(); shown != shown_.rend() && shown->to >= from; ++shown) {
        const bool may_be = shown->missed || shown->under_way == under_way;
        if (may_be && shown->from <= to) return;
    }
    complain(fmt::format("ping {} says {} {} is under way, and nobody was shown that", one.sequence,
                         under_way ? name(under_way->status) : "nothing",
                         under_way ? under_way->appointment : 0));
}

void PingWitness::compare_with_fix(Owed& one, double tolerance_mps) {
    const api::Ping& ping = *one.ping;
    const double speed = ping.speed_mps.value_or(-1);
    const double tolerance = speed_tolerance_mps + tolerance_mps;
    one.given = find(
        {one.sequence, ping.time, ping.latitude, ping.longitude, Dated::surely, speed, tolerance},
        next_given_);
    if (one.given < 0) return;
    Given& fix = given_[static_cast<std::size_t>(one.given)];
    fix.used = true;
    next_given_ = one.given + 1;
    const bool on_earth = std::abs(ping.latitude) <= 90 && std::abs(ping.longitude) <= 180;
    const bool nowhere = std::abs(ping.latitude) < 0.01 && std::abs(ping.longitude) < 0.01;
    if (!on_earth || nowhere || fix.wrong_m > farthest_m) {
        complain(fmt::format("ping {} is at {}, {:.0f} m from the van", one.sequence,
                             place(ping.latitude, ping.longitude), fix.wrong_m));
    }
    if (!(std::abs(speed - fix.speed_mps) <= tolerance)) {
        complain(fmt::format("ping {} goes at {} m/s, its fix at {}", one.sequence, speed,
                             fix.speed_mps));
    }
    if (ping.is_new != (one.sequence == 1) && !damaged_) {
        complain(fmt::format("ping {} is the unit's first, or is not, wrongly", one.sequence));
    }
    const Instant then = clock_.now() - (clock_.uptime() - one.since);
    const Duration off = std::chrono::abs(ping.time - then);
    if (ping.time != fix.time && !other_clock_ && off > right_again) {
        complain(fmt::format("ping {} was repaired to {}, {} h off", one.sequence,
                             to_rfc3339(ping.time), off / std::chrono::hours(1)));
    }
}

// Outwards from `near`: what is sought is hardly ever far.
std::int64_t PingWitness::find(const Sought& sought, std::int64_t near) {
    std::int64_t hidden = -1, used = -1, other_speed = -1;
    const auto fits = [&](std::int64_t index) {
        const Given& fix = given_[static_cast<std::size_t>(index)];
        if (!(std::abs(fix.latitude - sought.latitude) <= place_tolerance_deg)) return false;
        if (!(std::abs(fix.longitude - sought.longitude) <= place_tolerance_deg)) return false;
        const bool timeless = fix.time == Instant::min();
        if (timeless ? sought.dated == Dated::surely
                     : sought.dated != Dated::no && !same_time(fix.time, sought.time)) {
            return false;
        }
        if (!fix.kept) hidden = index;
        if (fix.used && sought.ping != 0) used = index;
        if (!fix.kept || (fix.used && sought.ping != 0)) return false;
        if (sought.ping == 0 ||
            std::abs(fix.speed_mps - sought.speed_mps) <= sought.speed_tolerance_mps)
            return true;
        other_speed = index;
        return false;
    };
    const auto count = static_cast<std::int64_t>(given_.size());
    near = std::min(near, count);
    for (std::int64_t step = 0; near + step < count || near - 1 - step >= 0; ++step) {
        const std::int64_t ahead = near + step, behind = near - 1 - step;
        if (ahead < count && fits(ahead)) return ahead;
        if (behind >= 0 && fits(behind)) return behind;
    }
    if (other_speed >= 0) return other_speed;
    const std::string what =
        sought.ping != 0 ? fmt::format("ping {}", sought.ping) : "a record of the journal";
    const std::string there =
        fmt::format("{} at {}", place(sought.latitude, sought.longitude), to_rfc3339(sought.time));
    if (hidden >= 0) {
        complain(fmt::format("{} may not be kept: {}", what, there));
    } else if (used >= 0) {
        complain(fmt::format("{} is made of a fix that is a ping already: {}", what, there));
    } else {
        complain(fmt::format("{} is nothing that the receiver gave: {}", what, there));
    }
    return -1;
}

void PingWitness::look_at_settled(offline::Store& store) {
    std::erase_if(unsettled_,
                  [&](std::size_t attempt) { return settled(leaves_[attempt], store); });
}

// An answer is on the disk when what it speaks of has left the queue: all of it at once.
bool PingWitness::settled(const Leave& leave, offline::Store& store) {
    if (leave.disk != disk_) return true;
    const auto begin = left_.begin() + static_cast<std::ptrdiff_t>(leave.first);
    const auto end = begin + static_cast<std::ptrdiff_t>(leave.count);
    const auto told = [](const Left& left) { return left.heard != Heard::nothing; };
    const auto first = std::find_if(begin, end, told);
    if (first == end) return true;
    const auto found = store.outbox().from(Lane::pings, first->sequence, 1);
    if (!found) unreadable(found.error());
    if (!found || (!found->empty() && found->front().sequence == first->sequence)) return false;
    for (auto left = first; left != end; ++left) {
        Owed* one = left->heard == Heard::success ? owed(disks_[disk_], left->sequence) : nullptr;
        if (one != nullptr) one->settled = true;
    }
    return true;
}

// All that waits and all that is dead, and that the rest has left with a word.
void PingWitness::look_at_queue(offline::Store& store) {
    Disk& disk = disks_[disk_];
    for (Owed& one : disk.owed) one.place = Owed::Place::elsewhere;
    for (std::int64_t from = 0;;) {
        const auto found = store.outbox().from(Lane::pings, from, at_once);
        if (!found) return unreadable(found.error());
        for (const auto& envelope : *found) compare(envelope, Owed::Place::queue);
        if (found->size() < at_once || !complaint_.empty()) break;
        from = found->back().sequence + 1;
    }
    const auto dead = store.outbox().dead_letters(Lane::pings, most_dead);
    if (!dead) return unreadable(dead.error());
    counts_.dead = static_cast<std::int64_t>(dead->size());
    for (const auto& letter : *dead) {
        compare(letter.envelope, Owed::Place::dead);
        if (letter.words.empty()) complain("a dead letter without words");
    }
    for (const Owed& one : disk.owed) {
        if (one.place == Owed::Place::elsewhere) look_at_left(store, one);
        if (one.place == Owed::Place::dead && !condemned(one)) {
            complain(fmt::format("ping {} is dead, and nobody refused it", one.sequence));
        }
        if (!complaint_.empty()) return;
    }
}

// By itself; or again with fewer others, all of which are known to be good, or bad.
bool PingWitness::condemned(const Owed& one) {
    if (one.against) return true;
    if (one.refusals < 2) return false;
    const Leave& last = leaves_[one.refused_in];
    for (std::size_t i = last.first; i < last.first + last.count; ++i) {
        const Owed* other = owed(disks_[last.disk], left_[i].sequence);
        if (other == nullptr || other == &one || other->against) continue;
        if (other->place != Owed::Place::elsewhere) return false;
    }
    return true;
}

void PingWitness::compare(const offline::Envelope& envelope, Owed::Place where) {
    Disk& disk = disks_[disk_];
    if (envelope.sequence > disk.seen_to) {
        return complain(fmt::format("ping {} is kept, and only {} were ever accepted",
                                    envelope.sequence, disk.seen_to));
    }
    Owed* one = owed(disk, envelope.sequence);
    if (one == nullptr) return;
    if (!one->ping) see(envelope);
    if (one->kept_as != std::hash<std::string_view>()(envelope.body)) {
        complain(fmt::format("ping {} has changed on the disk", envelope.sequence));
    }
    if (one->settled) {
        complain(fmt::format("ping {} had been delivered, and is there again", one->sequence));
    }
    if (one->place != Owed::Place::elsewhere) {
        complain(fmt::format("ping {} waits and is dead", one->sequence));
    }
    one->place = where;
}

// What is neither in the queue nor dead.
void PingWitness::look_at_left(offline::Store& store, const Owed& one) {
    if (one.settled) return;
    const auto receipt = store.outbox().receipt(Lane::pings, one.sequence);
    if (!receipt) return unreadable(receipt.error());
    if (!*receipt && other_clock_) return;  // by a clock years behind it was too old to be kept
    if (!*receipt) {
        return complain(fmt::format("ping {} is gone from the disk without a word", one.sequence));
    }
    const offline::Cause cause = (*receipt)->cause;
    const bool old = !one.ping || other_clock_ || clock_.now() - one.ping->time > rules_.keep;
    bool may = false;
    switch (cause) {
        case offline::Cause::delivered: may = one.left_as != 0; break;
        case offline::Cause::expired: may = old; break;
        case offline::Cause::thinned:
        case offline::Cause::dropped: may = rules_.queue_may_be_full; break;
        case offline::Cause::discarded: may = discarded_; break;
        case offline::Cause::lost:
        case offline::Cause::skipped: may = damaged_; break;
        case offline::Cause::settled: break;
    }
    if (!may) {
        complain(fmt::format("ping {} is gone as {}", one.sequence, name(cause)));
    }
}

void PingWitness::look_at_books(offline::Store& store) {
    const auto audit = store.audit();
    if (!audit) return unreadable(audit.error());
    if (!audit->balances()) complain("the books: " + audit->discrepancies.front());
}

// Every fix is accounted for, but for those whose verdict is not certain and those that were in
// memory when the program died.
void PingWitness::look_at_captured(offline::Store& store, std::int64_t of) {
    const std::int64_t captured = store.ledger().balance("captured");
    const auto given = static_cast<std::int64_t>(given_.size());
    const std::int64_t counted = of - captured_from_;
    if (captured > given - captured_from_) {
        complain(fmt::format("{} fixes are accounted for, and only {} were given", captured,
                             given - captured_from_));
    }
    if (damaged_ || refuses_) return;
    if (captured < counted - may_be_lost_ - most_undecided) {
        complain(fmt::format("{} fixes are accounted for of {}, and at most {} may be lost",
                             captured, counted, may_be_lost_));
    }
}

}  // namespace outrider::fleet
