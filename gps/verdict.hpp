#pragma once
// What became of a fix. Every captured fix ends in exactly one verdict, with its reason.

#include "gps/fix.hpp"

#include <span>
#include <string>
#include <string_view>

namespace outrider::gps {

// The numbers stand in the journal on disk: append, never renumber.
enum class Verdict : std::uint8_t {
    reported = 0,  // became a ping
    // Believed, not reported:
    held = 1,    // the way from ping to ping passes it
    parked = 2,  // standing still, and the heartbeat is not due
    // Not believed:
    no_fix = 16,            // the receiver had none
    no_time = 17,           // a position without a time of its own
    not_finite = 18,        // NaN or infinity
    out_of_range = 19,      // no such latitude or longitude
    null_island = 20,       // 0, 0: a receiver's way of saying nothing
    implausible_time = 21,  // far from any clock we trust
    duplicate = 22,         // this time was reported already
    backwards = 23,         // older than the fix before
    impossible_speed = 24,  // no vehicle covers that distance in that time
    inaccurate = 25,        // the receiver itself does not trust it
    simulated = 26,         // gpsd says so
    other_receiver = 27,    // two report: one is enough, and mixing them makes zigzags
    drift = 28,             // parked: the receiver wanders, the vehicle does not
    jump = 29,              // nobody drives off or brakes like that
    against_doppler = 30,   // nor moves so far at the speed that the receiver measures
    unsettled = 31,         // the receiver had just found itself, and the next fixes disagreed
};

// Why a ping was made. These numbers, too.
enum class Cause : std::uint8_t {
    none = 0,
    first = 1,      // of a track
    interval = 2,   // somebody is watching
    turn = 3,       // here the straight way ends
    heartbeat = 4,  // parked
    stopped = 5,
    moved_off = 6,
    last = 7,  // for now
};

struct Judgement {
    Verdict verdict = Verdict::held;
    Cause cause = Cause::none;  // of a reported fix
    double measured = 0;  // what decided, in the unit of the verdict or cause: m, s, m/s, degrees
    double limit = 0;     // what it was held against
};

struct Judged {
    Fix fix;
    Judgement judgement;
};

bool believed(Verdict);          // reported, held or parked
std::string_view name(Verdict);  // "impossible_speed": the ledger's and the API's word
std::string_view name(Cause);
std::span<const Verdict> all_verdicts();
std::string explain(const Judgement&);  // "rejected: 183 m/s implied, at most 70 is possible"

}  // namespace outrider::gps
