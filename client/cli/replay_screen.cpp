// What `outrider replay` says: a table, the differences, JSON, and a file of verdicts.

#include "client/api/json_text.hpp"
#include "client/cli/numbers.hpp"
#include "client/cli/replay.hpp"
#include "client/cli/svg.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>
#include <ratio>

namespace outrider::cli {

namespace {

using gps::Judged;

std::string time_of(const Judged& judged, const Replay& replay) {
    return judged.fix.time ? to_rfc3339(*judged.fix.time - replay.moved) : "-";
}

// The first and the last that a fix was taken of.
std::pair<Instant, Instant> stretch_of(const Replay& replay) {
    std::pair<Instant, Instant> stretch{Instant::max(), Instant::min()};
    for (const Judged& one : replay.runs.front().replayed.judged) {
        if (!one.fix.time || !gps::believed(one.judgement.verdict)) continue;
        stretch.first = std::min(stretch.first, *one.fix.time - replay.moved);
        stretch.second = std::max(stretch.second, *one.fix.time - replay.moved);
    }
    return stretch;
}

std::string counted(std::size_t count) { return grouped(static_cast<std::int64_t>(count)); }

std::size_t count_of(const Run& run, gps::Verdict verdict) {
    const auto found = run.figures.verdicts.find(verdict);
    return found == run.figures.verdicts.end() ? 0 : found->second;
}

// Short enough for a column's head, and two that differ.
std::vector<std::string> heads(const Replay& replay) {
    std::vector<std::string> names;
    for (const Run& run : replay.runs) names.push_back(std::filesystem::path(run.name).filename());
    if (names.size() == 2 && names[0] == names[1]) {
        for (std::size_t i = 0; i < 2; ++i) names[i] = replay.runs[i].name;
    }
    for (std::string& name : names) name = harmless(name);
    return names;
}

class Table {
public:
    explicit Table(const Replay& replay) : replay_(replay) {}
    template <class Cell>
    void row(std::string_view label, Cell cell) {
        text_ += fmt::format("{:<28}", label);
        for (const Run& run : replay_.runs) text_ += fmt::format("{:>16}", cell(run));
        text_ += '\n';
    }
    std::string text_;

private:
    const Replay& replay_;
};

std::string kilometres(const Run& run) { return fmt::format("{:.2f}", run.figures.metres / 1000); }

std::string introduction(const Replay& replay) {
    std::string text = fmt::format("{}: {}, {} lines", harmless(replay.file),
                                   gps::name(replay.format), counted(replay.lines));
    if (replay.broken > 0) {
        text += fmt::format(", {} of them broken ({})", counted(replay.broken),
                            harmless(replay.first_broken));
    }
    const auto [first, last] = stretch_of(replay);
    text += first > last ? "\nnot one fix is believed" : "\n" + svg::stretch(first, last);
    if (replay.moved != Duration::zero()) {
        text += fmt::format(", played as if {} days later",
                            std::chrono::floor<std::chrono::days>(replay.moved).count());
    }
    return text + "\n\n";
}

std::string told_differences(const Replay& replay, const std::vector<std::string>& names,
                             std::size_t most) {
    const auto found = differences(replay.runs[0].replayed, replay.runs[1].replayed);
    if (found.empty()) return "\nEvery fix is judged the same.\n";
    std::string text =
        fmt::format("\nJudged differently: {} of {} fixes{}\n", counted(found.size()),
                    counted(replay.runs[0].figures.fixes),
                    found.size() > most ? fmt::format("; the first {}:", most) : ":");
    const std::size_t width = std::max(names[0].size(), names[1].size());
    for (std::size_t i = 0; i < std::min(most, found.size()); ++i) {
        const auto& [one, other] = found[i];
        text += time_of(one != nullptr ? *one : *other, replay) + "\n";
        for (std::size_t run = 0; run < 2; ++run) {
            const Judged* judged = run == 0 ? one : other;
            text += fmt::format("  {:<{}}  {}\n", names[run], width,
                                judged != nullptr ? gps::explain(judged->judgement)
                                                  : "not taken: of another receiver");
        }
    }
    return text;
}

std::string as_json(std::string_view text) {
    std::string out;
    api::append_json_string(out, text);
    return out;
}

std::string json_of(const Stay& stay, const Replay& replay) {
    return fmt::format(
        "{{\"seconds\": {:.3f}, \"from\": {}}}", std::chrono::duration<double>(stay.length).count(),
        stay.length > Duration::zero() ? as_json(to_rfc3339(stay.from - replay.moved)) : "null");
}

std::string json_of(const Run& run, const Replay& replay) {
    const ReplayFigures& figures = run.figures;
    std::string verdicts;
    for (const gps::Verdict verdict : gps::all_verdicts()) {
        if (count_of(run, verdict) == 0) continue;
        verdicts += fmt::format("{}{}: {}", verdicts.empty() ? "" : ", ",
                                as_json(gps::name(verdict)), count_of(run, verdict));
    }
    std::string worst = "null";
    if (figures.worst) worst = as_json(time_of(run.replayed.judged[*figures.worst], replay));
    return fmt::format(
        "{{\"configuration\": {}, \"fixes\": {}, \"verdicts\": {{{}}}, \"hours\": {:.4f}, "
        "\"km\": {:.3f}, \"pings_per_hour\": {:.2f}, \"pings_per_km\": {:.2f}, \"bound_m\": {}, "
        "\"largest_error_m\": {:.2f}, \"largest_error_at\": {}, \"beyond_bound\": {}, "
        "\"longest_without_ping\": {}, \"longest_without_fix\": {}}}",
        as_json(run.name), figures.fixes, verdicts, figures.hours, figures.metres / 1000,
        figures.pings_per_hour(), figures.pings_per_km(), run.bound_m, figures.largest_error_m,
        worst, figures.beyond, json_of(figures.without_ping, replay),
        json_of(figures.without_fix, replay));
}

std::string json_of(const Judged* judged) {
    if (judged == nullptr) return "null";
    return fmt::format("{{\"verdict\": {}, \"explanation\": {}}}",
                       as_json(gps::name(judged->judgement.verdict)),
                       as_json(gps::explain(judged->judgement)));
}

}  // namespace

std::string replay_table(const Replay& replay, const Style& style, std::size_t most) {
    const auto names = heads(replay);
    Table table(replay);
    if (replay.runs.size() > 1) {
        std::string head = fmt::format("{:<28}", "");
        for (const std::string& name : names) head += fmt::format("{:>16}", name);
        table.text_ += style.paint(Colour::strong, head) + "\n";
    }
    table.row("fixes", [](const Run& run) { return counted(run.figures.fixes); });
    for (const gps::Verdict verdict : gps::all_verdicts()) {
        const bool any = std::ranges::any_of(
            replay.runs, [&](const Run& run) { return count_of(run, verdict) > 0; });
        if (!any) continue;
        table.row(
            fmt::format("  {}{}", gps::believed(verdict) ? "" : "rejected: ", gps::name(verdict)),
            [&](const Run& run) { return counted(count_of(run, verdict)); });
    }
    table.row("time on the way", [](const Run& run) {
        return age(std::chrono::duration_cast<Duration>(
            std::chrono::duration<double, std::ratio<3600>>(run.figures.hours)));
    });
    table.row("km", kilometres);
    // Of a few metres or seconds they would say nothing.
    table.row("pings an hour", [](const Run& run) {
        return run.figures.hours < 0.01 ? std::string("-")
                                        : fmt::format("{:.1f}", run.figures.pings_per_hour());
    });
    table.row("pings a km", [](const Run& run) {
        return run.figures.metres < 100 ? std::string("-")
                                        : fmt::format("{:.1f}", run.figures.pings_per_km());
    });
    table.row("largest error",
              [](const Run& run) { return fmt::format("{:.1f} m", run.figures.largest_error_m); });
    table.row("beyond the bound", [](const Run& run) {
        return fmt::format("{} ({:g} m)", counted(run.figures.beyond), run.bound_m);
    });
    table.row("longest without a ping",
              [](const Run& run) { return age(run.figures.without_ping.length); });
    table.row("longest without a fix",
              [](const Run& run) { return age(run.figures.without_fix.length); });
    std::string text = introduction(replay) + table.text_;
    if (replay.runs.size() == 2) text += told_differences(replay, names, most);
    return text;
}

std::string replay_json(const Replay& replay, std::size_t most) {
    std::string text = fmt::format(
        "{{\"file\": {}, \"format\": {}, \"lines\": {}, \"elsewhere\": {}, \"broken\": {}, "
        "\"first_broken\": {}, \"moved_s\": {},\n \"runs\": [",
        as_json(replay.file), as_json(gps::name(replay.format)), replay.lines, replay.elsewhere,
        replay.broken, as_json(replay.first_broken),
        std::chrono::floor<std::chrono::seconds>(replay.moved).count());
    for (const Run& run : replay.runs) {
        text += (&run == replay.runs.data() ? "\n  " : ",\n  ") + json_of(run, replay);
    }
    text += "]";
    if (replay.runs.size() == 2) {
        const auto found = differences(replay.runs[0].replayed, replay.runs[1].replayed);
        text += fmt::format(",\n \"different\": {}, \"differences\": [", found.size());
        for (std::size_t i = 0; i < std::min(most, found.size()); ++i) {
            const auto& [one, other] = found[i];
            text +=
                fmt::format("{}\n  {{\"time\": {}, \"one\": {}, \"other\": {}}}", i == 0 ? "" : ",",
                            as_json(time_of(one != nullptr ? *one : *other, replay)), json_of(one),
                            json_of(other));
        }
        text += "]";
    }
    return text + "}\n";
}

std::string replay_verdicts(const Replay& replay, const Run& run) {
    std::string text = fmt::format("captured: {}\n", run.figures.fixes);
    std::map<std::string_view, std::size_t> counts;
    for (const auto& [verdict, count] : run.figures.verdicts)
        if (verdict != gps::Verdict::reported) counts[gps::name(verdict)] = count;
    for (const auto& [verdict, count] : counts) text += fmt::format("{}: {}\n", verdict, count);
    text += "time, verdict, sentence\n";
    for (const Judged& judged : run.replayed.judged) {
        text += fmt::format("{}, {}, {}\n", time_of(judged, replay),
                            gps::name(judged.judgement.verdict), gps::explain(judged.judgement));
    }
    return text;
}

}  // namespace outrider::cli
