#include "client/fleet/part.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <utility>

namespace outrider::fleet {

namespace {

std::string quoted(const std::string& word) { return word.empty() ? "none" : word; }

// Nothing when both were asked the same of the same program.
std::string difference(const NamedPart& one, const NamedPart& other) {
    if (one.part.version != other.part.version)
        return fmt::format("{} was played by outrider {} and {} by outrider {}", one.name,
                           one.part.version, other.name, other.part.version);
    auto names = one.part.asked;
    names.insert(other.part.asked.begin(), other.part.asked.end());
    for (const auto& [name, ignored] : names) {
        const auto mine = one.part.asked.find(name), theirs = other.part.asked.find(name);
        const std::string here = mine == one.part.asked.end() ? "" : mine->second;
        const std::string there = theirs == other.part.asked.end() ? "" : theirs->second;
        if (here != there)
            return fmt::format("{} has {} {} and {} has {}", one.name, name, quoted(here),
                               other.name, quoted(there));
    }
    if (one.part.shard.of != other.part.shard.of)
        return fmt::format("{} is one of {} shards and {} one of {}", one.name, one.part.shard.of,
                           other.name, other.part.shard.of);
    return "";
}

std::string missing_words(const std::vector<std::int64_t>& missing, std::int64_t of) {
    constexpr std::size_t told = 5;
    std::string words;
    for (std::size_t i = 0; i < std::min(told, missing.size()); ++i)
        words += fmt::format("{}{}/{}", i == 0 ? "" : ", ", missing[i], of);
    if (missing.size() > told) words += fmt::format(" and {} more", missing.size() - told);
    return words;
}

// Files, and for each folder the parts in it by name.
Result<std::vector<std::string>> files_of(const std::vector<std::string>& paths) {
    namespace fs = std::filesystem;
    std::vector<std::string> files;
    for (const std::string& path : paths) {
        std::error_code failed;
        if (!fs::is_directory(path, failed)) {
            files.push_back(path);
            continue;
        }
        const std::size_t before = files.size();
        for (fs::directory_iterator entry(path, failed), end; !failed && entry != end;
             entry.increment(failed)) {
            const std::string name = entry->path().filename().string();
            if (name.starts_with("part-") && name.ends_with(".json"))
                files.push_back(entry->path().string());
        }
        if (failed) return Error(Fault::storage, fmt::format("{}: {}", path, failed.message()));
        if (files.size() == before)
            return Error(Fault::malformed,
                         fmt::format("{}: no part-*.json in it: give the folder that `outrider "
                                     "fleet --out` wrote to",
                                     path));
        std::sort(files.begin() + static_cast<std::ptrdiff_t>(before), files.end());
    }
    return files;
}

}  // namespace

Result<Part> merge(const std::vector<NamedPart>& parts) {
    if (parts.empty()) return Error(Fault::malformed, "no parts: give their files");
    for (const NamedPart& one : parts) {
        const std::string differs = difference(parts.front(), one);
        if (!differs.empty())
            return Error(Fault::malformed, differs + ": give the parts of one run");
    }
    const std::int64_t of = parts.front().part.shard.of;
    std::map<std::int64_t, const NamedPart*> by_number;
    for (const NamedPart& one : parts) {
        const auto [place, is_new] = by_number.emplace(one.part.shard.number, &one);
        if (!is_new)
            return Error(Fault::malformed,
                         fmt::format("{} and {} are both shard {}: leave one out",
                                     place->second->name, one.name, to_string(one.part.shard)));
    }
    std::vector<std::int64_t> missing;
    for (std::int64_t number = 0; number < of; ++number)
        if (!by_number.contains(number)) missing.push_back(number);
    if (!missing.empty())
        return Error(Fault::malformed,
                     fmt::format("{} of {} parts missing: play {} by --shard, and give their "
                                 "files, too",
                                 missing.size(), of, missing_words(missing, of)));
    Part whole;
    whole.asked = parts.front().part.asked;
    whole.version = parts.front().part.version;
    for (const auto& [number, part] : by_number) add(whole.figures, part->part.figures);
    return whole;
}

Result<Part> merge_files(const std::vector<std::string>& paths) {
    const auto files = files_of(paths);
    if (!files) return files.error();
    std::vector<NamedPart> parts;
    for (const std::string& file : *files) {
        auto part = load_part(file);
        if (!part) return part.error();
        NamedPart named;
        named.name = file;
        named.part = std::move(*part);
        parts.push_back(std::move(named));
    }
    return merge(parts);
}

}  // namespace outrider::fleet
