#include "client/cli/fleet.hpp"
#include "client/fleet/branch.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

namespace outrider::cli {

namespace {

// In this order; what is not among them comes after, under its own name.
struct Row {
    std::string_view name, words;
};
constexpr std::array rows = {
    Row{"histories", "histories"},
    Row{"technicians", "technicians"},
    Row{"captured", "positions captured"},
    Row{"reported", "of them worth a ping"},
    Row{"accepted", "pings the office accepted"},
    Row{"waiting", "still waiting"},
    Row{"undelivered", "never delivered, and gone"},
    Row{"dead_letters", "refused for good"},
    Row{"lost", "lost"},
    Row{"duplicates", "twice at the office"},
    Row{"late", "over 2 s behind plan"},
    Row{"taps", "taps"},
    Row{"requests", "requests"},
    Row{"retries", "retries"},
    Row{"violations", "violations"},
};

std::string_view name(fleet::Faults faults) {
    return faults == fleet::Faults::all ? "all" : "none";
}

std::string row(std::string_view words, std::string_view value) {
    return fmt::format("  {:<28}{:>16}\n", words, value);
}

std::string counts(const fleet::Figures& figures, Style style) {
    std::string out;
    for (const Row& one : rows) {
        const auto found = figures.counts.find(one.name);
        const bool verdict = one.name == "violations" || one.name == "lost";
        if (found == figures.counts.end() && one.name != "violations") continue;
        const std::int64_t value = figures.count(one.name);
        const std::string line = row(one.words, grouped(value));
        out += verdict ? style.paint(value == 0 ? Colour::good : Colour::bad, line) : line;
    }
    for (const auto& [name, value] : figures.counts) {
        const std::string_view wanted = name;
        const auto known = [wanted](const Row& one) { return one.name == wanted; };
        if (std::none_of(rows.begin(), rows.end(), known))
            out += row(harmless(name), grouped(value));
    }
    return out;
}

std::string amount(std::string_view name, std::int64_t value) {
    if (name.ends_with("_us")) {
        const double ms = static_cast<double>(value) / 1000;
        return ms < 10       ? fmt::format("{:.2f} ms", ms)
               : ms < 10'000 ? fmt::format("{:.0f} ms", ms)
                             : fmt::format("{:.1f} s", ms / 1000);
    }
    if (name.ends_with("_s")) return fmt::format("{} s", value);
    return grouped(value);
}

std::string histograms(const fleet::Figures& figures) {
    std::string out;
    for (const auto& [name, histogram] : figures.histograms) {
        if (histogram.count() == 0) continue;
        out +=
            fmt::format("  {:<20} half {}, 99 of 100 {}, 999 of 1000 {}, most {}\n", harmless(name),
                        amount(name, histogram.at(500'000)), amount(name, histogram.at(990'000)),
                        amount(name, histogram.at(999'000)), amount(name, histogram.most()));
    }
    return out;
}

}  // namespace

bool in_memory(const FleetCommand& command) {
    return command.verb == FleetCommand::Verb::load && command.endpoint == fleet::in_memory;
}

std::int64_t histories_of(const FleetCommand& command) {
    return command.histories.value_or((command.technicians * command.days + 1) / 2);
}

std::map<std::string, std::string, std::less<>> asked(const FleetCommand& command) {
    std::map<std::string, std::string, std::less<>> words;
    if (command.verb == FleetCommand::Verb::replay) {
        words["mode"] = "replay";
        words["seed"] = fmt::format("{}", command.replayed);
        words["faults"] = command.faults == fleet::Faults::all ? "all" : "none";
        return words;
    }
    words["technicians"] = fmt::format("{}", command.technicians);
    words["seed"] = fmt::format("{}", command.seed.value_or(0));
    if (command.verb != FleetCommand::Verb::load) {
        words["mode"] = "virtual";
        words["days"] = fmt::format("{}", command.days);
        words["histories"] = fmt::format("{}", histories_of(command));
        words["herd"] = command.herd ? "yes" : "no";
        words["faults"] = name(command.faults);
        return words;
    }
    words["mode"] = "load";
    if (in_memory(command)) words["faults"] = name(command.faults);
    words["endpoint"] = command.endpoint;
    words["tenant"] = command.tenant;
    words["provider"] = command.provider;
    words["speed"] = fmt::format("{}", command.speed);
    words["interval"] =
        command.interval ? fmt::format("{} ms", command.interval->count()) : "as an agent reports";
    words["for"] = fmt::format("{} ms", command.length.count());
    words["connections"] = fmt::format("{}", command.connections);
    words["batch"] = fmt::format("{}", command.batch);
    return words;
}

std::string replay_words(const FleetCommand& command, std::uint64_t seed) {
    return fmt::format("outrider fleet --virtual --faults {} --replay {}", name(command.faults),
                       seed);
}

std::string fleet_table(const fleet::Part& part, Style style) {
    std::string title = "Fleet";
    for (const auto& [name, value] : part.asked)
        title += fmt::format("{} {} {}", title == "Fleet" ? ":" : ",", name, harmless(value));
    if (part.shard.of > 1) title += ", shard " + to_string(part.shard);
    std::string out = style.paint(Colour::strong, title) + "\n";
    out += counts(part.figures, style) + histograms(part.figures);
    for (const auto& [name, value] : part.figures.timings)
        out += row(harmless(name), fmt::format("{:.6g}", value));
    return out;
}

std::string fleet_violations(const FleetCommand& command, const fleet::Part& part, Style style) {
    constexpr std::size_t told = 20;
    FleetCommand same = command;  // of a merge, only the parts know what was asked
    const auto found = part.asked.find("faults");
    if (found != part.asked.end())
        same.faults = found->second == "none" ? fleet::Faults::none : fleet::Faults::all;
    const auto& violations = part.figures.violations;
    std::string out;
    for (std::size_t i = 0; i < std::min(told, violations.size()); ++i) {
        out += style.paint(Colour::bad,
                           fmt::format("seed {}, technician {}: {}", violations[i].seed,
                                       violations[i].technician, harmless(violations[i].words)));
        out += "\n  again: " + replay_words(same, violations[i].seed) + "\n";
    }
    const std::int64_t all = part.figures.count("violations");
    if (all > static_cast<std::int64_t>(told))
        out += fmt::format("and {} more violations: --json has the seeds\n",
                           grouped(all - static_cast<std::int64_t>(told)));
    return out;
}

}  // namespace outrider::cli
