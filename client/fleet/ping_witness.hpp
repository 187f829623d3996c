#pragma once
// What must be so of one device's positions whatever happens, by lists of its own: what the
// receiver told when, what left for the office, what came back. Of the code under test it reads
// what it keeps, never whether it is right.

#include "client/api/ping.hpp"
#include "client/office/archive.hpp"
#include "gps/fix.hpp"
#include "offline/store.hpp"
#include "platform/clock.hpp"

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace outrider::fleet {

// As the device was set up.
struct PingRules {
    std::string unit_id, unit_name;
    api::SpeedUnit speed_unit = api::SpeedUnit::miles_per_hour;
    double bound_m = 10;
    Duration company = std::chrono::seconds(30);  // a ping waits no longer for more of them
    // Nothing but pings is missing from the disk for longer.
    Duration unwritten = std::chrono::seconds(70);
    std::chrono::days keep{14};      // undelivered pings older than this may expire
    bool queue_may_be_full = false;  // so that pings are thinned out or dropped
};

// Whether the office acted on a request.
enum class Reached : std::uint8_t { no, perhaps, yes };

struct PingCounts {
    std::int64_t fixes = 0, pings = 0, at_office = 0, duplicates = 0, dead = 0, requests = 0;
    std::int64_t ambiguous = 0;  // pings in requests of unknown fate, each time
    std::int64_t crashes = 0;
    std::int64_t measured = 0;    // believed fixes held against the reported track
    std::int64_t largest_mm = 0;  // their largest distance from it
};

class PingWitness {
public:
    // True time, which no fault touches. It outlives the witness.
    PingWitness(const Clock& truth, PingRules);

    // As they happen. What the receiver gave the agent, and whether it may be kept.
    void reported(const gps::Fix&, bool may_be_kept);
    // The body of a request with pings, and then what became of it, if anybody knows: an answer
    // that the device has read to its end, or none. Until then it may have reached the office.
    using Attempt = std::size_t;
    Attempt leaves(std::string_view body);
    void answered(Attempt, int status, std::string_view body, Reached);
    void lost(Attempt, Reached);
    // What is in memory is gone, the disk is as it was. For a power cut, too: what was accepted
    // is on the disk. Look at the store before, if it was not looked at since the last event.
    void crashed();
    void power_cut() { crashed(); }
    void stopped();                              // by order: everything is on the disk
    void disk_refuses(bool);                     // from now on, or no longer
    void disk_damaged() { damaged_ = true; }     // what was accepted may have been destroyed
    void disk_replaced();                        // by an empty one
    void other_clock() { other_clock_ = true; }  // somebody set the device's
    void discarded() { discarded_ = true; }      // somebody deleted what waited, or what is dead

    // After every event.
    void look_at(offline::Store&);
    // When all has been well for as long as the queue needs to drain.
    void look_back(offline::Store&, office::Archive&);

    const std::string& complaint() const { return complaint_; }  // the first; "": none
    const PingCounts& counts() const { return counts_; }

private:
    struct Given {
        std::optional<Instant> time;
        double latitude = 0, longitude = 0;
        std::optional<float> speed_mps;
        Uptime at{};
        bool kept = false, used = false;
    };
    struct Owed {
        std::int64_t sequence = 0;
        std::optional<api::Ping> ping;  // nothing: it left before anybody looked
        std::int64_t given = -1;        // the fix it was made of
        Uptime since{};
        std::size_t left_as = 0;  // a hash of its text; 0: it never left
        bool against = false;     // the office said something against it
        bool there = false;       // at the office, by look_back
    };
    struct Disk {
        std::uint64_t identity = 0;
        std::string prefix;  // of external ids
        std::vector<Owed> owed;
    };
    enum class Heard : std::uint8_t { nothing, success, fail };
    struct Leave {
        std::size_t disk = 0;
        std::size_t first = 0, count = 0;  // in left_
        Reached reached = Reached::perhaps;
        bool newest_behind = false;  // the last of them overtakes what waits before it
    };
    struct Left {
        std::int64_t sequence = 0;
        Heard heard = Heard::nothing;
    };

    void complain(std::string words);
    std::string told(const Disk&, std::int64_t sequence) const;

    PingRules rules_;
    const Clock& clock_;
    std::string complaint_;
    PingCounts counts_;
    std::vector<Given> given_;
    std::deque<Disk> disks_;
    std::vector<Leave> leaves_;
    std::vector<Left> left_;
    bool damaged_ = false, other_clock_ = false, discarded_ = false;
};

}  // namespace outrider::fleet
