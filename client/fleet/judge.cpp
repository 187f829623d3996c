#include "client/fleet/judge.hpp"

#include "client/fleet/history.hpp"
#include "platform/log.hpp"
#include "platform/usage.hpp"

#include <fmt/format.h>

#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace outrider::fleet {

std::uint64_t history_seed(std::uint64_t seed, std::int64_t number) {
    return mix(seed, static_cast<std::uint64_t>(number));
}

Result<Figures> run_virtual(const VirtualOptions& options, const Progress& progress) {
    set_log_level(Level::none);
    keep_freed_memory();
    Figures figures;
    for (std::int64_t number = options.first; number < options.last; ++number) {
        const std::uint64_t seed = history_seed(options.seed, number);
        if (options.playing) options.playing(seed);
        auto history = History::open(seed, options.faults);
        if (!history) return history.error();
        (*history)->play();
        (*history)->add_to(figures);
        if (progress) {
            progress(fmt::format("{} of {} histories, {} violations", number + 1 - options.first,
                                 options.last - options.first, figures.count("violations")));
        }
    }
    return figures;
}

namespace {

Result<Told> tell(std::uint64_t seed, Faults faults, std::int64_t most_events) {
    auto history = History::open(seed, faults, Trace::kept);
    if (!history) return history.error();
    (*history)->play(most_events);
    return Told{(*history)->trace(), (*history)->complaint(), (*history)->complains(),
                (*history)->events()};
}

// Of the same thing, whatever its numbers are.
bool alike(std::string_view one, std::string_view other) {
    const auto words = [](std::string_view complaint) {
        std::string kept(complaint.substr(0, complaint.find(':')));
        std::erase_if(kept, [](char c) { return c >= '0' && c <= '9'; });
        return kept;
    };
    return words(one) == words(other);
}

}  // namespace

Result<Told> tell_history(std::uint64_t seed, Faults faults) {
    set_log_level(Level::none);
    auto shortest = tell(seed, faults, std::numeric_limits<std::int64_t>::max());
    if (!shortest || shortest->complaint.empty()) return shortest;
    const std::string sought = shortest->complaint;
    for (std::int64_t enough = shortest->events, few = -1; enough - few > 1;) {
        const std::int64_t middle = few + (enough - few) / 2;
        auto part = tell(seed, faults, middle);
        if (!part) return part.error();
        const bool found = !part->complaint.empty() && alike(part->complaint, sought);
        (found ? enough : few) = middle;
        if (found) shortest = std::move(part);
    }
    return shortest;
}

}  // namespace outrider::fleet
