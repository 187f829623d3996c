#pragma once
// What must be so of one device's positions whatever happens, by lists of its own: what the
// receiver told when, what left for the office, what came back. Of the code under test it reads
// what it keeps, never whether it is right.

#include "client/api/ping.hpp"
#include "client/fleet/ping_witness_text.hpp"
#include "client/office/archive.hpp"
#include "gps/fix.hpp"
#include "offline/store.hpp"
#include "platform/clock.hpp"

#include <cstdint>
#include <deque>
#include <limits>
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
    bool read_back = false;          // the office can be asked what it has
};

// The office will not have it, and says so of the request, not of us, the way or the hour.
bool refuses(int status);

struct Truth {  // of the vehicle at that moment
    double latitude = 0, longitude = 0, speed_mps = 0;
    bool fair = false;  // the receiver and its surroundings are as they should be
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
    void reported(const gps::Fix&, bool may_be_kept, const Truth& = {});
    // What the device shows to be under way, and how often what it shows has changed since it
    // started.
    void shows(const std::optional<api::Ping::Context>&, std::int64_t revision = 0);
    // The body of a request with pings, and then what became of it, if anybody knows: an answer
    // that the device has read to its end, or none. Until then it may have reached the office.
    // Look at the store after it has left: while it is under way its pings are on the disk.
    using Attempt = std::size_t;
    Attempt leaves(std::string_view body);
    void answered(Attempt, int status, std::string_view body, Reached);
    void lost(Attempt, Reached);
    void told_what_it_has() { ++asked_; }  // the office, the device
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
    static constexpr std::size_t none = std::numeric_limits<std::size_t>::max();
    struct Given {
        Instant time = Instant::min();  // none
        double latitude = 0, longitude = 0;
        Uptime at{};
        float speed_mps = -1;  // none, or one that no vehicle has
        float wrong_m = 0;     // its place
        bool kept = false, used = false;
        bool driving = false;  // and all is well
    };
    struct Shown {
        Uptime from{}, to{};
        std::optional<api::Ping::Context> under_way;
        bool missed = false;  // there was more than was looked at
    };
    struct Sent {  // what a request said
        Instant time{};
        double latitude = 0, longitude = 0, speed = -1;  // in the unit; none
        bool is_new = false;
        std::size_t status = 0;  // a hash of it
    };
    struct Owed {
        std::int64_t sequence = 0;
        std::optional<api::Ping> ping;  // nothing: it left before anybody looked
        std::int64_t given = -1;        // the fix that it was made of
        Uptime since{};                 // first seen
        std::size_t kept_as = 0;        // a hash of its body
        Sent sent;
        std::size_t left_as = 0;  // a hash of its text; 0: it has not left
        std::int64_t late = 0;    // of its requests, those that may come when nobody waits any more
        bool accepted = false;    // so the device has heard
        bool settled = false;     // and its disk has shown it
        bool against = false;     // refused by itself, or of several that were not all refused
        std::int64_t in_doubt = -1;     // since so many times the office had been asked
        std::int64_t refusals = 0;      // of whole requests with it
        std::size_t refused_in = none;  // the last of them
        enum class Place : std::uint8_t { elsewhere, queue, dead } place = Place::elsewhere;
        // By the look back:
        bool there = false;  // at the office
        bool overtook = false;
        std::int64_t ambiguous = 0;
        std::size_t perhaps_in = none, surely_in = none;  // the first request it may have come in
    };
    struct Disk {
        std::string prefix;  // of its external ids
        std::vector<Owed> owed;
        // What was ever accepted; of that, read; and what left.
        std::int64_t seen_to = 0, read_to = 0, left_to = 0;
        bool seen = false;
    };
    enum class Heard : std::uint8_t { nothing, success, fail };
    struct Leave {
        std::size_t disk = 0;
        std::size_t first = 0, count = 0;  // in left_
        Reached reached = Reached::perhaps;
        bool newest_behind = false;  // its last one may overtake what waits before it
    };
    struct Left {
        std::int64_t sequence = 0;
        Heard heard = Heard::nothing;
    };
    enum class Dated : std::uint8_t { surely, if_the_fix_was, no };
    struct Sought {
        std::int64_t ping = 0;  // 0: a record of the journal
        Instant time{};
        double latitude = 0, longitude = 0;
        Dated dated = Dated::surely;
        // Of a ping: tells two receivers at one place apart.
        double speed_mps = -1, speed_tolerance_mps = 0;
    };
    struct Believed {
        std::int64_t given = 0;
        Instant time{};
        double latitude = 0, longitude = 0;
        bool apart = false;  // nobody knows the ping before it
    };

    void complain(std::string words);
    // ping_witness.cpp
    void expect_again(Leave&);
    Uptime unwritten_since() const;
    Disk* disk_of(std::string_view prefix);
    Owed* owed(Disk&, std::int64_t sequence);
    Owed* owed_by(std::string_view external_id, std::size_t& disk);
    void one_leaves(const FlatObject&, Leave&);
    bool newest(const Disk&, std::int64_t sequence) const;
    void hear(Leave&, std::string_view body);
    void refused(const Leave&, Owed&);
    void doubt(const Leave&);
    // ping_witness_device.cpp
    void look_deep(offline::Store&);
    void look_at_accepted(offline::Store&);
    void read_new(offline::Store&);
    void look_at_settled(offline::Store&);
    bool settled(const Leave&, offline::Store&);
    void look_at_queue(offline::Store&);
    bool condemned(const Owed&);
    void look_at_left(offline::Store&, const Owed&);
    void look_at_books(offline::Store&);
    void unreadable(const Error&);
    void look_at_captured(offline::Store&, std::int64_t of);
    void see(const offline::Envelope&);
    void compare(const offline::Envelope&, Owed::Place);
    void compare_with_screen(const Owed&);
    void compare_with_fix(Owed&, double tolerance_mps);  // of the speed, more than usual
    // The fix that the receiver gave: its index, or -1 and a complaint.
    std::int64_t find(const Sought&, std::int64_t near);
    // ping_witness_sent.cpp
    void understand(const FlatObject&, Owed&);
    void compare_sent(Owed&);
    void take_as_sent(Owed&);
    // ping_witness_office.cpp
    void look_at_office(office::Archive&);
    void compare_at_office(const office::KeptPing&);
    void count_doubts();
    void look_at_order();
    void look_at_fates(offline::Store&);
    // ping_witness_track.cpp
    void look_at_track(offline::Store&);
    void look_at_record(std::string_view record, std::vector<Believed>& believed);
    std::vector<Believed> reported_track();
    void look_at_silence();
    void measure(std::vector<Believed> believed);
    void measure(const Believed& from, const Believed& fix, const Believed& to);
    bool parted(std::int64_t from, std::int64_t to) const;

    PingRules rules_;
    const Clock& clock_;
    std::string complaint_;
    PingCounts counts_;
    std::vector<Given> given_;
    std::vector<Shown> shown_;
    std::int64_t revision_ = 0;  // of the newest
    std::deque<Disk> disks_;
    std::size_t disk_ = none;  // the one in use, once seen
    std::vector<Leave> leaves_;
    std::vector<Left> left_;
    std::vector<std::size_t> unsettled_;  // answered, and not yet seen on the disk
    std::vector<std::int64_t> crashes_;   // so many fixes had been given
    std::int64_t next_given_ = 0;         // where the next ping's fix is looked for
    std::int64_t next_recorded_ = 0;      // and the journal's
    std::int64_t captured_from_ = 0;      // by the disk in use
    std::int64_t may_be_lost_ = 0;        // of the fixes since
    std::int64_t looks_ = 0, asked_ = 0;
    bool refuses_ = false;
    std::optional<Uptime> refused_since_;  // last
    Uptime well_since_{};
    bool left_since_ = false;  // a request, since the last look
    bool deep_ = true;         // the next look
    bool replaced_ = false;
    bool damaged_ = false, other_clock_ = false, discarded_ = false;
};

}  // namespace outrider::fleet
