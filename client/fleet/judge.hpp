#pragma once
// Many histories on virtual time, and what was found.

#include "client/fleet/figures.hpp"
#include "client/fleet/plan.hpp"
#include "platform/result.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace outrider::fleet {

using Progress = std::function<void(std::string_view line)>;

struct VirtualOptions {
    std::uint64_t seed = 1;
    std::int64_t first = 0, last = 1;  // histories of the whole, from first to before last
    Faults faults = Faults::all;
    std::function<void(std::uint64_t seed)> playing;  // told before each, if given
};

// Of one history of the whole.
std::uint64_t history_seed(std::uint64_t seed, std::int64_t number);

Result<Figures> run_virtual(const VirtualOptions&, const Progress&);

// One history by its own seed, told line by line; when it complains, its shortest beginning that
// still does, with all well again afterwards.
struct Told {
    std::string trace, complaint;
    std::int64_t complains = 0;  // the technician
    std::int64_t events = 0;
};
Result<Told> tell_history(std::uint64_t seed, Faults);

}  // namespace outrider::fleet
