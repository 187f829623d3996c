#include "client/agent/why.hpp"

#include "client/agent/track.hpp"
#include "client/api/ping.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace outrider::agent {
namespace {

using gps::Verdict;
using Point = api::TrackPoint;
using Points = std::vector<Point>;

// As far as the ping before and after a fix, on the move as parked.
constexpr Duration around = std::chrono::minutes(10);
constexpr Duration reach = std::chrono::seconds(5);  // of "about then"
constexpr Duration exactly = std::chrono::seconds(1);
constexpr std::size_t neighbours = 3, most_listed = 120;
constexpr std::size_t most_words = 300;

struct FateWords {
    offline::Cause cause;
    std::string_view words;
};
constexpr std::array fates = {
    FateWords{offline::Cause::delivered, "delivered {}"},
    FateWords{offline::Cause::expired, "given up as too old, {}"},
    FateWords{offline::Cause::thinned, "left out to make room in the queue, {}"},
    FateWords{offline::Cause::discarded, "discarded by hand, {}"},
    FateWords{offline::Cause::lost, "destroyed with the disk, found {}"},
    FateWords{offline::Cause::dropped, "dropped because the queue was full, {}"},
    FateWords{offline::Cause::skipped, "a number left out after the disk was damaged, {}"},
    FateWords{offline::Cause::settled, "settled, {}"},
};
static_assert(fates.size() == offline::causes.size());

int weight(const Point& point) {
    if (point.judgement.verdict == Verdict::reported) return 2;
    return gps::believed(point.judgement.verdict) ? 1 : 0;
}

Result<Points> track_around(offline::Store& store, Instant from, Instant to) {
    auto track = points_between(store, from - around, to + around);
    if (track) std::ranges::stable_sort(*track, {}, &Point::time);
    return track;
}

Duration apart(Instant a, Instant b) { return a < b ? b - a : a - b; }

// The one that says most of those in [from, to), the nearest one without any.
std::size_t choose(const Points& track, std::size_t begin, std::size_t end, Instant from) {
    std::size_t best = begin < end ? begin : 0;
    for (std::size_t i = begin; i < end; ++i) {
        if (weight(track[i]) > weight(track[best])) best = i;
    }
    if (begin < end) return best;
    for (std::size_t i = 1; i < track.size(); ++i) {
        const Duration one = apart(track[i].time, from), other = apart(track[best].time, from);
        const bool says_more = one == other && weight(track[i]) > weight(track[best]);
        if (one < other || says_more) best = i;
    }
    return best;
}

// What was seen then may have been forgotten since.
bool any_in_minute(std::span<const Point> track, Instant at) {
    using std::chrono::minutes;
    const auto minute = std::chrono::floor<minutes>(at);
    return std::ranges::any_of(track, [&](const Point& point) {
        return std::chrono::floor<minutes>(point.time) == minute;
    });
}

std::string counted(std::span<const Point> points) {
    std::array<std::size_t, 3> by_weight{};
    for (const Point& point : points) ++by_weight[static_cast<std::size_t>(weight(point))];
    return fmt::format("{} fixes: {} reported, {} not reported, {} rejected", points.size(),
                       by_weight[2], by_weight[1], by_weight[0]);
}

}  // namespace

std::string Explainer::clock(Instant at) const {
    using std::chrono::days;
    const std::string text = to_rfc3339(at);
    const bool today = std::chrono::floor<days>(at) == std::chrono::floor<days>(present_.now);
    return (today ? "" : text.substr(0, 10) + " ") + text.substr(11, 8);
}

Result<api::Why> Explainer::of_time(Instant from, Instant to) {
    const auto track = track_around(store_, from, to);
    if (!track) return track.error();
    const auto index = [&](Instant at) {
        const auto found = std::ranges::lower_bound(*track, at, {}, &Point::time);
        return static_cast<std::size_t>(found - track->begin());
    };
    const std::size_t begin = index(from), end = index(to);
    api::Why why;
    if (end > begin && to - from > exactly) {
        const auto all = std::span<const Point>(*track).subspan(begin, end - begin);
        why.sentence = fmt::format("{} to {}: {}", clock(from), clock(to), counted(all));
        if (all.size() > most_listed) why.sentence += fmt::format(", {} shown", most_listed);
        list(why, *track, begin, std::min(end, begin + most_listed), from, to);
        return why;
    }
    const auto& newest = present_.newest;
    const bool decided = begin < track->size() || !newest || *newest->time + exactly <= from ||
                         *newest->time - around > from;
    if (!decided) {
        why.sentence = clock(from) + ": not decided yet, the fixes that follow do that";
        return why;
    }
    if (track->empty()) {
        tell_of_nothing(why, *track, from, "");
        return why;
    }
    const std::size_t chosen = choose(*track, begin, end, from);
    const Instant then = (*track)[chosen].time;
    const Duration off = begin < end ? Duration::zero() : apart(then, from);
    if (off > reach) {
        tell_of_nothing(why, *track, from, clock(then));
        return why;
    }
    std::string before;
    if (off >= exactly) {
        before = fmt::format("{}: no fix then, the nearest is {:.0f} s {}: ", clock(from),
                             std::chrono::duration<double>(off).count(),
                             then < from ? "before" : "later");
    }
    if (auto told = tell(why, *track, chosen, before); !told) return told.error();
    if (begin < end) {
        list(why, *track, begin, std::min(end, begin + most_listed), from, to);
    } else {
        list(why, *track, chosen, chosen + 1, then, then);
    }
    return why;
}

Result<api::Why> Explainer::of_ping(std::string_view id) {
    const auto sequence = sequence_of(id);
    if (!sequence) return sequence.error();
    auto known = ping(*sequence);
    if (!known) return known.error();
    api::Why why;
    why.ping = std::move(*known);
    const auto point = point_of_ping(store_, *sequence);
    if (!point) return point.error();
    if (!*point) {
        why.sentence =
            fmt::format("ping {} ({}): {}", *sequence, why.ping->external_id, fate_of(*why.ping));
        if (why.ping->fate != "none") why.sentence += "; its fix is no longer on record";
        return why;
    }
    const Instant at = (*point)->time;
    const auto track = track_around(store_, at, at);
    if (!track) return track.error();
    const auto found = std::ranges::find(*track, (*point)->sequence, &Point::sequence);
    const auto chosen = static_cast<std::size_t>(found - track->begin());
    if (found == track->end()) return why;
    if (auto told = tell(why, *track, chosen, ""); !told) return told.error();
    list(why, *track, chosen, chosen + 1, at, at);
    return why;
}

Result<> Explainer::tell(api::Why& why, std::span<const Point> track, std::size_t chosen,
                         std::string before) {
    const Point& point = track[chosen];
    why.sentence = std::move(before) + clock(point.time) + " ";
    if (point.judgement.verdict != Verdict::reported || !point.sequence) {
        why.sentence += account(track, chosen);
        return {};
    }
    auto known = ping(*point.sequence);
    if (!known) return known.error();
    why.ping = std::move(*known);
    why.sentence += fmt::format("reported as ping {} ({}): {}", *point.sequence,
                                why.ping->external_id, fate_of(*why.ping));
    return {};
}

// Those of [begin, end) and their neighbours; asked for are those at `from`, or before `to`.
void Explainer::list(api::Why& why, std::span<const Point> track, std::size_t begin,
                     std::size_t end, Instant from, Instant to) const {
    const std::size_t first = begin - std::min(begin, neighbours);
    const std::size_t last = std::min(track.size(), end + neighbours);
    for (std::size_t i = first; i < last; ++i) {
        const Point& point = track[i];
        const bool asked = point.time == from || (point.time > from && point.time < to);
        why.fixes.push_back({point, account(track, i), asked});
    }
}

// What is not reported is told by the pings around it.
std::string Explainer::account(std::span<const Point> track, std::size_t chosen) const {
    const Point& point = track[chosen];
    std::string text = gps::explain(point.judgement);
    const auto is_ping = [](const Point& one) { return one.sequence.has_value(); };
    const Point* told_by = nullptr;
    if (point.judgement.verdict == Verdict::held) {
        const auto after = track.subspan(chosen + 1);
        const auto next = std::ranges::find_if(after, is_ping);
        if (next != after.end()) told_by = &*next;
    } else if (point.judgement.verdict == Verdict::parked) {
        for (std::size_t i = chosen; i > 0 && told_by == nullptr; --i) {
            if (is_ping(track[i - 1])) told_by = &track[i - 1];
        }
    }
    if (told_by != nullptr)
        text += fmt::format(", {} at {}", *told_by->sequence, clock(told_by->time));
    return text;
}

Result<std::int64_t> Explainer::sequence_of(std::string_view id) const {
    std::int64_t sequence = 0;
    const auto read = std::from_chars(id.data(), id.data() + id.size(), sequence);
    if (read.ec == std::errc() && read.ptr == id.data() + id.size() && sequence > 0)
        return sequence;
    if (const auto ours = api::sequence_of(id, store_.identity())) return *ours;
    const std::string example = api::external_id(store_.identity(), 1);
    const std::string_view ours = std::string_view(example).substr(0, example.size() - 1);
    if (id.starts_with(ours) && id.substr(ours.size()).starts_with('a')) {
        return Error(Fault::malformed,
                     fmt::format("{} is a tap, not a ping: see `outrider waiting` "
                                 "and `outrider cards`",
                                 id));
    }
    if (id.starts_with("or-")) {
        return Error(Fault::malformed,
                     fmt::format("{} is not of this device: its ids begin with {}", id, ours));
    }
    return Error(Fault::malformed,
                 fmt::format("\"{}\" is no ping: give its number such as 412, or its external id "
                             "such as {}412",
                             id, ours));
}

Result<api::Why::Ping> Explainer::ping(std::int64_t sequence) {
    constexpr auto lane = offline::Lane::pings;
    api::Why::Ping ping;
    ping.sequence = sequence;
    ping.external_id = api::external_id(store_.identity(), sequence);
    const auto waiting = store_.outbox().from(lane, sequence, 1);
    if (!waiting) return waiting.error();
    const auto dead = store_.outbox().dead_letter(lane, sequence);
    if (!dead) return dead.error();
    const auto receipt = store_.outbox().receipt(lane, sequence);
    if (!receipt) return receipt.error();
    if (!waiting->empty() && waiting->front().sequence == sequence) {
        ping.fate = "queued";
    } else if (*dead) {
        ping.fate = "dead";
        ping.at = (*dead)->buried;
        ping.words = (*dead)->words.substr(0, most_words);
    } else if (*receipt) {
        ping.fate = offline::name((*receipt)->cause);
        ping.at = (*receipt)->at;
    } else {
        const bool was = sequence <= store_.ledger().balance("accepted:pings");
        ping.fate = was ? "forgotten" : "none";
    }
    return ping;
}

std::string Explainer::fate_of(const api::Why::Ping& ping) const {
    const std::string at = ping.at ? clock(*ping.at) : "";
    if (ping.fate == "queued") return "waiting to be sent";
    if (ping.fate == "dead") {
        return fmt::format("refused by the office for good, {}: {}", at,
                           ping.words.empty() ? "it said nothing" : ping.words);
    }
    for (const auto& [cause, words] : fates) {
        if (ping.fate == offline::name(cause)) return fmt::format(fmt::runtime(words), at);
    }
    if (ping.fate == "forgotten") return "it left the queue so long ago that its receipt is gone";
    return fmt::format("there is none yet, the newest is {}",
                       store_.ledger().balance("accepted:pings"));
}

void Explainer::tell_of_nothing(api::Why& why, std::span<const Point> track, Instant from,
                                const std::string& nearest) const {
    const std::string near = nearest.empty() ? "" : "; the nearest on record is " + nearest;
    const auto say = [&](const std::string& words) { why.sentence = clock(from) + ": " + words; };
    const Coverage::Stretch stretch = coverage_.around(from);
    const auto span = [&] {
        const bool still = stretch.to > present_.now - std::chrono::minutes(2);
        return still ? "since " + clock(stretch.from)
                     : fmt::format("from {} to {}", clock(stretch.from), clock(stretch.to));
    };
    if (from > present_.now) return say("that is still to come, it is " + clock(present_.now));
    if (from < present_.now - present_.keep) {
        return say(
            fmt::format("no longer on record: the journal goes back {} days "
                        "(journal.max_days)",
                        present_.keep.count()));
    }
    switch (stretch.minute) {
        case Minute::unknown:
            return say("nothing is known of that time: no agent ran, or not for long" + near);
        case Minute::off: return say("nothing was kept, off shift " + span() + near);
        case Minute::covered:
            return say((any_in_minute(track, from)
                            ? "no fix on record within 5 s, others of that minute are"
                            : "a fix was seen then; none of that minute is on record any more") +
                       near);
        default: break;
    }
    why.gap = api::Coverage::Gap{stretch.from, stretch.to, std::string(name(stretch.minute))};
    const bool is_private = stretch.minute == Minute::hidden;
    say(fmt::format("{}: {} {}{}", is_private ? "nothing was kept" : "no fix", name(stretch.minute),
                    span(), near));
}

}  // namespace outrider::agent
