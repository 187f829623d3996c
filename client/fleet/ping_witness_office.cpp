// What the office has, beside what the device owed and sent.

#include "client/fleet/ping_witness.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <utility>

namespace outrider::fleet {
namespace {

constexpr std::size_t at_once = 1000;
constexpr Duration patience = std::chrono::seconds(15);  // beyond the wait for company

}  // namespace

void PingWitness::look_back(offline::Store& store, office::Archive& archive) {
    if (!complaint_.empty()) return;
    look_deep(store);
    look_at_captured(store, static_cast<std::int64_t>(given_.size()));
    const auto custody = store.verify();
    if (!custody) return complain("the chain cannot be read: " + custody.error().detail);
    if (!custody->holds()) complain("the chain: " + custody->discrepancies.front());
    count_doubts();
    look_at_office(archive);
    look_at_fates(store);
    look_at_order();
    if (complaint_.empty()) look_at_track(store);
}

void PingWitness::count_doubts() {
    for (std::size_t attempt = 0; attempt < leaves_.size(); ++attempt) {
        const Leave& leave = leaves_[attempt];
        if (leave.reached == Reached::no) continue;
        for (std::size_t i = leave.first; i < leave.first + leave.count; ++i) {
            Owed* one = owed(disks_[leave.disk], left_[i].sequence);
            if (one == nullptr) return;
            if (left_[i].heard == Heard::nothing) {
                ++one->ambiguous;
                ++counts_.ambiguous;
            }
            one->perhaps_in = std::min(one->perhaps_in, attempt);
            if (leave.reached != Reached::yes || one->surely_in != none) continue;
            one->surely_in = attempt;
            one->overtook = leave.newest_behind && i + 1 == leave.first + leave.count;
        }
    }
}

void PingWitness::look_at_office(office::Archive& archive) {
    for (std::int64_t arrival = 0; complaint_.empty();) {
        const auto pings = archive.pings(arrival, rules_.unit_id, at_once);
        if (!pings) return complain("the office cannot be read: " + pings.error().detail);
        for (const office::KeptPing& ping : *pings) compare_at_office(ping);
        if (pings->size() < at_once) break;
        arrival = pings->back().arrival;
    }
    const auto summary = archive.summary();
    if (!summary) return complain("the office cannot be read: " + summary.error().detail);
    if (summary->altered != 0) {
        complain(fmt::format("{} pings came again as other bytes", summary->altered));
    }
}

void PingWitness::compare_at_office(const office::KeptPing& kept) {
    const std::string_view json = kept.json;
    constexpr std::string_view member = "\"externalId\":\"";
    const auto at = json.rfind(member);
    const std::string_view id = at == json.npos ? json : json.substr(at + member.size());
    std::size_t disk = 0;
    Owed* one = owed_by(id.substr(0, id.find('"')), disk);
    if (one == nullptr) return;
    if (!disks_[disk].seen || one->left_as == 0) {
        return complain(fmt::format("ping {} is at the office, and never left", one->sequence));
    }
    if (one->left_as != std::hash<std::string_view>()(json)) {
        complain(fmt::format("ping {} left as other bytes than the office has: {}", one->sequence,
                             kept.json));
    }
    if (std::exchange(one->there, true)) {
        complain(fmt::format("ping {} is kept twice", one->sequence));
    }
    if (!one->ping) take_as_sent(*one);
    ++counts_.at_office;
    counts_.duplicates += kept.repeats;
    if (kept.repeats > one->late && rules_.read_back) {
        complain(fmt::format("ping {} came again, though the office had said that it had it",
                             one->sequence));
    }
    if (kept.repeats > one->ambiguous) {
        complain(fmt::format("ping {} came again {} times, and {} of its requests were in doubt",
                             one->sequence, kept.repeats, one->ambiguous));
    }
}

// What is not at the office: it waits, but no longer than for company; or is dead, or has left with
// a word, as look_at_queue found.
void PingWitness::look_at_fates(offline::Store& store) {
    for (const Disk& disk : disks_) {
        if (!disk.seen) complain(disk.prefix + " is the name of no disk");
    }
    if (disk_ == none || !complaint_.empty()) return;
    const Uptime now = clock_.uptime();
    for (const Owed& one : disks_[disk_].owed) {
        const bool waits = one.place == Owed::Place::queue;
        if (waits && now - one.since > rules_.company + patience) {
            complain(fmt::format("ping {} still waits after {} s", one.sequence,
                                 (now - one.since) / std::chrono::seconds(1)));
        }
        if (one.there || one.place != Owed::Place::elsewhere) continue;
        if (one.accepted) {
            complain(fmt::format("ping {} was accepted, and the office has it not", one.sequence));
        }
        const auto receipt = store.outbox().receipt(offline::Lane::pings, one.sequence);
        if (!receipt || !*receipt) {
            complain(fmt::format("ping {} is nowhere", one.sequence));
        } else if ((*receipt)->cause == offline::Cause::delivered) {
            complain(fmt::format("ping {} is called delivered, and the office has it not",
                                 one.sequence));
        }
        if (!complaint_.empty()) return;
    }
}

// Pings come to the office in their order, but for the newest one behind a long queue, and for
// those that were refused with others and are found out one by one. Each by the requests: which way
// a request takes is not the device's doing.
void PingWitness::look_at_order() {
    for (const Disk& disk : disks_) {
        const Owed* first = nullptr;  // to come, of those behind
        for (auto one = disk.owed.rbegin(); one != disk.owed.rend(); ++one) {
            const bool overtaken =
                first != nullptr && one->perhaps_in != none && one->perhaps_in > first->surely_in;
            if (overtaken && one->there && !one->against && one->refusals == 0 && one->late == 0) {
                return complain(fmt::format("ping {} came to the office before ping {}",
                                            first->sequence, one->sequence));
            }
            // What may come when nobody waits any more comes behind others.
            if (one->overtook || one->late > 0 || one->refusals > 0) continue;
            if (one->surely_in == none) continue;
            if (first == nullptr || one->surely_in < first->surely_in) first = &*one;
        }
    }
}

}  // namespace outrider::fleet
