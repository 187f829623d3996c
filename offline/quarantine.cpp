#include "offline/quarantine.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <vector>

namespace outrider::offline {
namespace {

constexpr std::size_t most_kept = 3;

std::string complete_prefix(const std::string& path) { return path + ".salvaged-"; }

// Of "PREFIX7-20261121T061646Z-wal": 7. Numbers and not times decide which is the newest: the clock
// of a vehicle jumps.
std::int64_t number_of(const std::string& name, const std::string& prefix) {
    std::int64_t number = 0;
    std::from_chars(name.data() + prefix.size(), name.data() + name.size(), number);
    return number;
}

Result<> remove_old(Folder& folder, const std::string& path) {
    const std::string prefix = damaged_prefix(path);
    std::map<std::int64_t, std::vector<std::string>, std::greater<>> kept;
    for (const std::string& name : folder.family(path)) {
        if (name.starts_with(prefix)) kept[number_of(name, prefix)].push_back(name);
    }
    std::size_t place = 0;
    for (const auto& [number, names] : kept) {
        if (++place <= most_kept) continue;
        for (const std::string& name : names) {
            if (auto gone = folder.remove(name); !gone) return gone;
        }
    }
    return {};
}

}  // namespace

std::string damaged_prefix(const std::string& path) { return path + ".damaged-"; }

std::string building_name(const std::string& path) { return path + ".building"; }

Result<std::string> declare_complete(Folder& folder, const std::string& path, Instant now) {
    const std::string prefix = damaged_prefix(path);
    std::int64_t number = 0;
    for (const std::string& name : folder.family(path)) {
        if (name.starts_with(prefix)) number = std::max(number, number_of(name, prefix));
    }
    const auto seconds = std::chrono::time_point_cast<std::chrono::seconds>(now);
    const std::string label = fmt::format("{}-{:%Y%m%dT%H%M%SZ}", number + 1,
                                          fmt::gmtime(seconds.time_since_epoch().count()));
    if (auto named = folder.rename(building_name(path), complete_prefix(path) + label); !named) {
        return named.error();
    }
    if (auto kept = folder.sync(path); !kept) return kept.error();
    return prefix + label;
}

Result<> finish_salvage(Folder& folder, const std::string& path) {
    std::vector<std::string> family = folder.family(path);
    const std::string prefix = complete_prefix(path);
    const auto is_complete = [&](const std::string& name) { return name.starts_with(prefix); };
    const auto complete = std::find_if(family.begin(), family.end(), is_complete);
    for (const std::string& name : family) {
        if (!name.starts_with(building_name(path))) continue;
        if (auto gone = folder.remove(name); !gone) return gone;
    }
    if (complete == family.end()) return {};
    const std::string quarantine = damaged_prefix(path) + complete->substr(prefix.size());
    // A log or a journal left behind would be applied to the new file.
    for (const char* suffix : {"", "-wal", "-journal"}) {
        if (std::find(family.begin(), family.end(), path + suffix) == family.end()) continue;
        if (auto moved = folder.rename(path + suffix, quarantine + suffix); !moved) return moved;
    }
    if (auto kept = folder.sync(path); !kept) return kept;
    if (auto placed = folder.rename(*complete, path); !placed) return placed;
    if (auto kept = folder.sync(path); !kept) return kept;
    return remove_old(folder, path);
}

}  // namespace outrider::offline
