#include "client/agent/coverage.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <iterator>
#include <utility>

namespace outrider::agent {
namespace {

using std::chrono::days;
using std::chrono::floor;
using std::chrono::minutes;

constexpr std::string_view version = "1 ";
// What a kill may cost is no proof that the program did not run.
constexpr std::int64_t not_on_disk = 2;
constexpr Duration corrected = minutes(1);  // GPS time against the clock that nobody sets
constexpr std::int64_t most_unplaced = 48 * 60;
constexpr std::int64_t between_shifts = 120;
constexpr std::uint16_t most_sights = 60'000;

struct Kind {
    Minute minute;
    std::string_view name;  // of a gap
};
constexpr std::array kinds = {
    Kind{Minute::unknown, ""},
    Kind{Minute::off, ""},
    Kind{Minute::covered, ""},
    Kind{Minute::no_gpsd, "gpsd down"},
    Kind{Minute::no_device, "no device"},
    Kind{Minute::no_fix, "no fix"},
    Kind{Minute::unbelieved, "fixes not believed"},
    Kind{Minute::clock, "clock not trusted"},
    Kind{Minute::agent_down, "agent down"},
    Kind{Minute::hidden, "private"},
};

std::optional<std::size_t> kind_of(Minute minute) {
    for (std::size_t i = 0; i < kinds.size(); ++i) {
        if (kinds[i].minute == minute) return i;
    }
    return std::nullopt;
}

bool is_gap(Minute minute) { return !name(minute).empty(); }
bool expected(Minute minute) {
    return minute == Minute::covered || (is_gap(minute) && minute != Minute::hidden);
}

std::int64_t minute_of(Instant at) { return floor<minutes>(at).time_since_epoch().count(); }
Instant instant_of(std::int64_t minute) { return Instant(minutes(minute)); }
std::int64_t day_of(std::int64_t minute) { return minute / (24 * 60); }

std::string date_of(std::int64_t day) {
    return to_rfc3339(instant_of(day * 24 * 60)).substr(0, 10);
}

void leave_out_the_shortest(api::Coverage& coverage) {
    auto& gaps = coverage.gaps;
    while (gaps.size() > api::Coverage::most_gaps) {
        const auto shortest = std::min_element(
            gaps.begin(), gaps.end(),
            [](const auto& a, const auto& b) { return a.to - a.from < b.to - b.from; });
        ++coverage.more_gaps;
        coverage.more_gaps_min += floor<minutes>(shortest->to - shortest->from).count();
        gaps.erase(shortest);
    }
}

template <std::size_t N>
std::string text_of(const std::array<Minute, N>& day) {
    std::string text(version);
    for (auto run = day.begin(); run != day.end();) {
        const Minute minute = *run;
        const auto end = std::find_if(run, day.end(), [&](Minute each) { return each != minute; });
        fmt::format_to(std::back_inserter(text), "{}{}", end - run, static_cast<char>(minute));
        run = end;
    }
    return text;
}

}  // namespace

std::string_view name(Minute minute) {
    const auto kind = kind_of(minute);
    return kind ? kinds[*kind].name : std::string_view();
}

Minute cause_of(gps::SourceState state, const std::optional<gps::Judgement>& newest_rejection) {
    switch (state) {
        case gps::SourceState::no_gpsd: return Minute::no_gpsd;
        case gps::SourceState::no_device: return Minute::no_device;
        case gps::SourceState::no_fix:
        case gps::SourceState::stale_fix: return Minute::no_fix;
        case gps::SourceState::fix: break;
    }
    if (!newest_rejection) return Minute::no_fix;
    switch (newest_rejection->verdict) {
        case gps::Verdict::no_fix: return Minute::no_fix;
        case gps::Verdict::no_time:
        case gps::Verdict::implausible_time: return Minute::clock;
        default: return Minute::unbelieved;
    }
}

Coverage::Coverage(Uptime start, days keep) : start_(start), keep_(keep) {}

void Coverage::see(const Sight& sight) {
    std::int64_t here = floor<minutes>(sight.uptime - start_).count();
    if (!trusted_ && sight.by_gps) {
        close();
        base_ = minute_of(*sight.by_gps) - here;
        place();
        trusted_ = true;
    }
    if (sight.by_gps) {
        const Duration off = *sight.by_gps - (anchor_.time + (sight.uptime - anchor_.uptime));
        if (trusted_ && anchor_.time != Instant() && std::chrono::abs(off) > corrected) {
            close();
            last_ = -1;  // nobody was away: the time is another one
        }
        anchor_ = {*sight.by_gps, sight.uptime};
    }
    if (trusted_) {
        here = minute_of(anchor_.time + (sight.uptime - anchor_.uptime));
    } else {
        base_ = minute_of(sight.wall) - here;
        if (here >= most_unplaced) {
            close();
            place();
            start_ += minutes(here);
            base_ += here;
            here = 0;
        }
    }
    if (here != open_) {
        close();
        open_ = here;
    }
    const auto kind = kind_of(sight.minute);
    if (kind && seen_[*kind] < most_sights) ++seen_[*kind];
}

Minute Coverage::so_far() const {
    if (seen_[*kind_of(Minute::covered)] > 0) return Minute::covered;
    const auto most = std::max_element(seen_.begin(), seen_.end());
    return *most == 0 ? Minute::unknown
                      : kinds[static_cast<std::size_t>(most - seen_.begin())].minute;
}

void Coverage::close() {
    if (open_ < 0) return;
    const Minute minute = so_far();
    seen_.fill(0);
    if (trusted_) {
        append(days_, last_, open_, minute);
        trim();
    } else {
        const auto index = static_cast<std::size_t>(open_);
        if (unplaced_.size() <= index) unplaced_.resize(index + 1, Minute::unknown);
        unplaced_[index] = minute;
    }
    open_ = -1;
    // Time that nobody tracks is worth a word when it begins.
    changed_ = changed_ || minute != Minute::off || closed_ != minute;
    closed_ = minute;
}

void Coverage::append(Days& into, std::int64_t& last, std::int64_t minute, Minute what) const {
    if (what == Minute::unknown || minute < 0) return;  // a wall clock may say 1969
    if (last >= 0) fill(into, last + 1, minute);
    Minute& cell = cell_of(into, minute);
    if (cell != Minute::covered) cell = what;
    last = minute;
}

Minute& Coverage::cell_of(Days& into, std::int64_t minute) {
    const auto [day, is_new] = into.try_emplace(day_of(minute));
    if (is_new) day->second.fill(Minute::unknown);
    return day->second[static_cast<std::size_t>(minute % a_day)];
}

Minute Coverage::at(const Days& from, std::int64_t minute) {
    if (minute < 0) return Minute::unknown;
    const auto day = from.find(day_of(minute));
    if (day == from.end()) return Minute::unknown;
    return day->second[static_cast<std::size_t>(minute % a_day)];
}

void Coverage::fill(Days& into, std::int64_t from, std::int64_t to) const {
    if (to - from <= not_on_disk) return;
    const bool went_on = expected(at(into, from - 1));
    const auto until = went_on ? std::optional(instant_of(from)) : std::nullopt;
    for (auto minute = std::max(from, to - keep_.count() * a_day); minute < to; ++minute) {
        if (expected_ ? !expected_(instant_of(minute), until) : !went_on) continue;
        Minute& cell = cell_of(into, minute);
        if (cell == Minute::unknown) cell = Minute::agent_down;
    }
}

// The minutes of this run where its time says that they were, after what was there before it.
std::int64_t Coverage::lay(Days& into) const {
    std::int64_t last = -1;
    for (auto day = into.begin(); day != into.end() && day->first <= day_of(base_); ++day) {
        for (std::int64_t i = 0; i < a_day && day->first * a_day + i < base_; ++i) {
            const bool seen = day->second[static_cast<std::size_t>(i)] != Minute::unknown;
            if (seen) last = day->first * a_day + i;
        }
    }
    for (std::size_t i = 0; i < unplaced_.size(); ++i) {
        append(into, last, base_ + static_cast<std::int64_t>(i), unplaced_[i]);
    }
    return last;
}

void Coverage::place() {
    last_ = lay(days_);
    unplaced_.clear();
}

Coverage::Days Coverage::shown() const {
    Days all = days_;
    std::int64_t last = last_;
    if (!trusted_) last = lay(all);
    if (open_ >= 0 && so_far() == Minute::covered) append(all, last, now(), Minute::covered);
    return all;
}

// By GPS time only: a clock that is years off must not throw away what is right.
void Coverage::trim() {
    const std::int64_t today = day_of(last_);
    std::erase_if(days_, [&](const auto& day) {
        return day.first < today - keep_.count() || day.first > today + 1;
    });
}

void Coverage::load(std::string_view page, std::string_view text) {
    const auto midnight = parse_rfc3339(
        std::string(page.substr(std::min(page.size(), page_prefix.size()))) + "T00:00:00Z");
    if (!midnight || !page.starts_with(page_prefix) || !text.starts_with(version)) return;
    Day day;
    std::size_t filled = 0;
    for (text.remove_prefix(version.size()); !text.empty();) {
        std::size_t count = 0;
        const auto read = std::from_chars(text.data(), text.data() + text.size(), count);
        text.remove_prefix(static_cast<std::size_t>(read.ptr - text.data()));
        if (read.ec != std::errc() || text.empty() || count > day.size() - filled) return;
        const auto kind = kind_of(static_cast<Minute>(text.front()));
        text.remove_prefix(1);
        std::fill_n(day.begin() + static_cast<std::ptrdiff_t>(filled), count,
                    kind ? kinds[*kind].minute : Minute::unknown);
        filled += count;
    }
    if (filled != day.size()) return;
    const std::int64_t number = day_of(minute_of(*midnight));
    days_[number] = day;
    pages_[number] = text_of(day);
}

std::vector<Coverage::Page> Coverage::changed_pages() {
    changed_ = false;
    std::vector<Page> changed;
    const auto change = [&](std::int64_t day, std::string text) {
        changed.push_back({std::string(page_prefix) + date_of(day), std::move(text)});
    };
    const Days all = shown();
    for (const auto& [day, cells] : all) {
        std::string text = text_of(cells);
        std::string& page = pages_[day];
        if (page == text) continue;
        page = text;
        change(day, std::move(text));
    }
    std::erase_if(pages_, [&](const auto& page) {
        if (all.contains(page.first)) return false;
        change(page.first, "");
        return true;
    });
    return changed;
}

api::Coverage Coverage::between(const Days& all, std::int64_t from, std::int64_t to) {
    api::Coverage found;
    found.from = instant_of(from);
    found.to = instant_of(to);
    for (std::int64_t minute = from; minute < to;) {
        const Minute what = at(all, minute);
        const std::int64_t begin = minute;
        while (minute < to && at(all, minute) == what) ++minute;
        if (what == Minute::covered) found.covered_min += minute - begin;
        if (what == Minute::hidden) found.private_min += minute - begin;
        if (expected(what)) found.expected_min += minute - begin;
        if (!is_gap(what)) continue;
        found.gaps.push_back({instant_of(begin), instant_of(minute), std::string(name(what))});
    }
    if (found.expected_min > 0) {
        found.share =
            static_cast<double>(found.covered_min) / static_cast<double>(found.expected_min);
    }
    leave_out_the_shortest(found);
    return found;
}

std::int64_t Coverage::now() const { return trusted_ ? open_ : base_ + open_; }

api::Coverage Coverage::of_shift() const {
    const Days all = shown();
    const std::int64_t to = std::max<std::int64_t>(0, now());
    std::int64_t from = to, idle = 0;
    for (auto minute = to - 1; minute >= to - a_day && idle < between_shifts; --minute) {
        const Minute what = at(all, minute);
        const bool worked = what != Minute::unknown && what != Minute::off;
        idle = worked ? 0 : idle + 1;
        if (worked) from = minute;
    }
    return between(all, from, to);
}

std::vector<api::Coverage> Coverage::of_days() const {
    const Days all = shown();
    std::vector<api::Coverage> found;
    for (const auto& [day, cells] : all) {
        std::int64_t to = (day + 1) * a_day;
        if (open_ >= 0 && day == day_of(now())) to = now();
        auto coverage = between(all, day * a_day, to);
        if (coverage.expected_min + coverage.private_min > 0) found.push_back(std::move(coverage));
    }
    return found;
}

Coverage::Stretch Coverage::around(Instant when) const {
    Days all = shown();
    if (open_ >= 0 && now() >= 0) cell_of(all, now()) = so_far();
    const std::int64_t there = minute_of(when);
    Stretch stretch{at(all, there), {}, {}};
    std::int64_t from = there, to = there + 1;
    const std::int64_t most = keep_.count() * a_day;
    while (to - from < most && at(all, from - 1) == stretch.minute) --from;
    while (to - from < most && at(all, to) == stretch.minute) ++to;
    stretch.from = instant_of(from);
    stretch.to = instant_of(to);
    return stretch;
}

}  // namespace outrider::agent
