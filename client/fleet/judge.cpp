#include "client/fleet/judge.hpp"

#include "client/fleet/history.hpp"
#include "platform/log.hpp"
#include "platform/usage.hpp"

#include <fmt/format.h>

#include <memory>
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

Result<Told> tell_history(std::uint64_t seed, Faults faults) {
    set_log_level(Level::none);
    auto history = History::open(seed, faults, Trace::kept);
    if (!history) return history.error();
    (*history)->play();
    return Told{(*history)->trace(), (*history)->complaint(), (*history)->events()};
}

}  // namespace outrider::fleet
