#pragma once
// A report, or one shard's part of it, as a file; and the parts of one fleet put together.

#include "client/fleet/figures.hpp"
#include "client/fleet/shard.hpp"
#include "platform/result.hpp"

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace outrider::fleet {

struct Part {
    // All that decides the figures, by the names of flags: the same for all parts of a fleet.
    std::map<std::string, std::string, std::less<>> asked;
    std::string version;  // of the program that played it
    Shard shard;
    Figures figures;
    bool operator==(const Part&) const = default;
};

// A report's JSON; what differs from run to run is its last member.
std::string report_json(const Part&);

// The same, sealed by a digest: whoever merges must know that it is whole.
std::string part_text(const Part&);
// `name` is what complaints call it.
Result<Part> read_part(std::string_view text, std::string_view name);

// "part-00003.json"
std::string part_name(Shard);

// Whole or absent: written beside and renamed. Into a folder under part_name().
Result<> save_part(const std::string& path, const Part&);
Result<Part> load_part(const std::string& path);

// All parts of one fleet, each once; the files' names are for complaints.
struct NamedPart {
    std::string name;
    Part part;
};
Result<Part> merge(const std::vector<NamedPart>&);

// Files, and folders full of parts; nothing but the parts of one fleet.
Result<Part> merge_files(const std::vector<std::string>& paths);

}  // namespace outrider::fleet
