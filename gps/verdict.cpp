#include "gps/verdict.hpp"

#include <fmt/format.h>

#include <array>

namespace outrider::gps {
namespace {

constexpr double seconds_a_day = 86'400;

// {0} is what was measured and {1} the limit, both divided by `unit`.
struct VerdictRow {
    Verdict verdict;
    bool believed;
    std::string_view name;
    const char* sentence;
    double unit = 1;
};

constexpr std::array verdict_rows{
    VerdictRow{Verdict::reported, true, "reported", ""},  // its cause has the sentence
    VerdictRow{Verdict::held, true, "held",
               "not reported: within {1:.0f} m of the line to the next ping"},
    VerdictRow{Verdict::parked, true, "parked",
               "not reported: parked within {1:.0f} m of where the last ping says"},
    VerdictRow{Verdict::no_fix, false, "no_fix", "rejected: the receiver has no fix"},
    VerdictRow{Verdict::no_time, false, "no_time",
               "rejected: a position without a time of its own"},
    VerdictRow{Verdict::not_finite, false, "not_finite",
               "rejected: the latitude or longitude is missing or no number"},
    VerdictRow{Verdict::out_of_range, false, "out_of_range",
               "rejected: {0:g} degrees, at most {1:.0f} is possible"},
    VerdictRow{Verdict::null_island, false, "null_island",
               "rejected: at 0, 0, which is how receivers say nothing"},
    VerdictRow{Verdict::implausible_time, false, "implausible_time",
               "rejected: its time is {0:.1f} days from what the clock says, at most {1:.1f} is "
               "possible",
               seconds_a_day},
    VerdictRow{Verdict::duplicate, false, "duplicate",
               "rejected: the receiver has reported this time before"},
    VerdictRow{Verdict::backwards, false, "backwards",
               "rejected: {0:.1f} s older than the fix before it"},
    VerdictRow{Verdict::impossible_speed, false, "impossible_speed",
               "rejected: {0:.0f} m/s implied, at most {1:.0f} is possible"},
    VerdictRow{Verdict::inaccurate, false, "inaccurate",
               "rejected: the receiver puts its error at {0:.0f} m, at most {1:.0f} is believed"},
    VerdictRow{Verdict::simulated, false, "simulated", "rejected: the receiver is simulating"},
    VerdictRow{Verdict::other_receiver, false, "other_receiver",
               "rejected: another receiver is in use and was heard {0:.1f} s ago, changing takes "
               "{1:.0f} s of silence or 10 s of better fixes"},
    VerdictRow{
        Verdict::drift, false, "drift",
        "rejected: {0:.0f} m from where it is parked, at most {1:.0f} m is believed until it "
        "leaves: receivers wander"},
    VerdictRow{Verdict::jump, false, "jump",
               "rejected: {0:.0f} m off the way before, at most {1:.0f} m is possible"},
    VerdictRow{Verdict::against_doppler, false, "against_doppler",
               "rejected: {0:.0f} m/s implied, receiver says {1:.1f}"},
    VerdictRow{Verdict::unsettled, false, "unsettled",
               "rejected: a first fix, and only {0:.0f} in a row agreed, {1:.0f} are believed"},
};

struct CauseRow {
    Cause cause;
    std::string_view name;
    const char* sentence;
};

constexpr std::array cause_rows{
    CauseRow{Cause::none, "none", "reported"},
    CauseRow{Cause::first, "first", "reported: the first fix"},
    CauseRow{Cause::interval, "interval",
             "reported: {0:.0f} s since the last ping, one is due every {1:.0f} s"},
    CauseRow{Cause::turn, "turn",
             "reported: without it the track would be off by more than {1:.0f} m"},
    CauseRow{Cause::heartbeat, "heartbeat",
             "reported: parked, {0:.0f} s since the last ping, one is due every {1:.0f} s"},
    CauseRow{Cause::stopped, "stopped", "reported: it has parked"},
    CauseRow{Cause::moved_off, "moved_off", "reported: it has moved off"},
    CauseRow{Cause::last, "last", "reported: the last fix, {0:.0f} m from the ping before it"},
};

const VerdictRow* find(Verdict verdict) {
    for (const auto& row : verdict_rows)
        if (row.verdict == verdict) return &row;
    return nullptr;
}

const CauseRow* find(Cause cause) {
    for (const auto& row : cause_rows)
        if (row.cause == cause) return &row;
    return nullptr;
}

constexpr auto verdicts = [] {
    std::array<Verdict, verdict_rows.size()> all{};
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = verdict_rows[i].verdict;
    return all;
}();

}  // namespace

// A number read back from a disk may be none of ours: it is "unknown", and not believed.

bool believed(Verdict verdict) {
    const VerdictRow* row = find(verdict);
    return row != nullptr && row->believed;
}

std::string_view name(Verdict verdict) {
    const VerdictRow* row = find(verdict);
    return row == nullptr ? "unknown" : row->name;
}

std::string_view name(Cause cause) {
    const CauseRow* row = find(cause);
    return row == nullptr ? "unknown" : row->name;
}

std::span<const Verdict> all_verdicts() { return verdicts; }

std::string explain(const Judgement& judgement) {
    if (judgement.verdict == Verdict::reported) {
        const CauseRow* row = find(judgement.cause);
        if (row == nullptr) return "reported";
        return fmt::format(fmt::runtime(row->sentence), judgement.measured, judgement.limit);
    }
    const VerdictRow* row = find(judgement.verdict);
    if (row == nullptr) return "unknown";
    return fmt::format(fmt::runtime(row->sentence), judgement.measured / row->unit,
                       judgement.limit / row->unit);
}

}  // namespace outrider::gps
