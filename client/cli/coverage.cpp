#include "client/cli/coverage.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

namespace outrider::cli {

namespace {

constexpr std::int64_t all_is_well = 990;  // in thousands
constexpr std::size_t latest = 2;          // gaps in a line

std::string minutes(std::int64_t count) { return age(std::chrono::minutes(count)); }

std::string hour_and_minute(Instant at) { return to_rfc3339(at).substr(11, 5); }

std::string span(const api::Coverage::Gap& gap) {
    return hour_and_minute(gap.from) + " to " + hour_and_minute(gap.to);
}

// Never 100 while something is missing.
std::string share(const api::Coverage& coverage, Style style) {
    const auto permille = coverage.covered_min * 1000 / coverage.expected_min;
    return style.paint(permille < all_is_well ? Colour::warning : Colour::good,
                       fmt::format("{}.{} %", permille / 10, permille % 10)) +
           " of " + minutes(coverage.expected_min);
}

bool counts(const api::Coverage::Gap& gap) { return gap.cause != "private"; }

}  // namespace

std::string in_a_line(const api::Coverage& coverage, Style style) {
    if (coverage.expected_min == 0) return "";
    std::string text = share(coverage, style);
    std::vector<const api::Coverage::Gap*> told;
    for (const auto& gap : coverage.gaps) {
        if (counts(gap)) told.push_back(&gap);
    }
    const std::size_t hidden = told.size() - std::min(told.size(), latest);
    for (std::size_t i = hidden; i < told.size(); ++i) {
        text += i == hidden ? ", missing: " : ", ";
        text += harmless(told[i]->cause) + " " + span(*told[i]);
    }
    const auto more = static_cast<std::int64_t>(hidden) + coverage.more_gaps;
    if (more > 0) text += fmt::format(", and {} more: see `outrider audit`", grouped(more));
    return text;
}

std::string render(const std::vector<api::Coverage>& days, Style style) {
    if (days.empty()) return "";
    std::string out = "Of the minutes that should have been tracked (UTC)\n";
    for (const auto& day : days) {
        const std::string date = to_rfc3339(day.from).substr(0, 10);
        out += fmt::format("  {}  {}\n", date,
                           day.expected_min > 0 ? share(day, style) : "none, it was private");
        for (const auto& gap : day.gaps) {
            const auto length = std::chrono::floor<std::chrono::minutes>(gap.to - gap.from);
            out += fmt::format("    {}  {:>11}  {}\n", span(gap), minutes(length.count()),
                               counts(gap) ? harmless(gap.cause) : "private, not counted");
        }
        if (day.more_gaps > 0) {
            out += fmt::format("    and {} shorter gaps, {} together\n", grouped(day.more_gaps),
                               minutes(day.more_gaps_min));
        }
    }
    return out;
}

}  // namespace outrider::cli
