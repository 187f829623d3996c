#include "client/fleet/part.hpp"

#include "platform/digest.hpp"
#include "platform/files.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <utility>

namespace outrider::fleet {

namespace {

using nlohmann::json;

constexpr std::size_t most_bytes = 256UL * 1024 * 1024;
constexpr std::string_view seal = "{\"sha256\": \"";
constexpr std::size_t digest_letters = 64;
constexpr std::string_view sealed = "\",";

std::string digest_of(std::string_view text) {
    std::string letters;
    for (const char byte : sha256(text))
        letters += fmt::format("{:02x}", static_cast<unsigned char>(byte));
    return letters;
}

Error damaged(std::string_view name, std::string_view how) {
    return Error(Fault::malformed,
                 fmt::format("{}: damaged ({}): delete it and play its shard again", name, how));
}

Error no_part(std::string_view name) {
    return Error(Fault::malformed,
                 fmt::format("{}: no part of a fleet: give the files that `outrider fleet --out` "
                             "wrote",
                             name));
}

// Throws json's own exceptions where the text is sealed, but nothing we ever wrote.
std::vector<std::int64_t> numbers(const json& list) {
    return list.get<std::vector<std::int64_t>>();
}

std::int64_t whole(const json& number) { return number.get<std::int64_t>(); }

std::vector<Spot> spots(const json& list) {
    std::vector<Spot> out;
    for (const json& item : list) {
        Spot spot;
        spot.east_m = whole(item.at(0));
        spot.north_m = whole(item.at(1));
        out.push_back(spot);
    }
    return out;
}

bool read_histogram(const json& read, Histogram& into) {
    std::vector<std::int64_t> buckets;
    for (const json& bucket : read.at("buckets")) {
        const auto place = bucket.at(0).get<std::size_t>();
        if (place >= Histogram::most_buckets || place < buckets.size()) return false;
        buckets.resize(place + 1);
        buckets[place] = whole(bucket.at(1));
    }
    return Histogram::restore(into, std::move(buckets), whole(read.at("sum")),
                              whole(read.at("least")), whole(read.at("most")));
}

template <class Kind>
bool read_courses(const json& read, std::map<std::string, Kind, std::less<>>& into) {
    for (const auto& [name, course] : read.items()) {
        if (!Kind::restore(into[name], whole(course.at("step_s")), numbers(course.at("values"))))
            return false;
    }
    return true;
}

bool read_figures(const json& read, Figures& into) {
    into.counts = read.at("counts").get<decltype(into.counts)>();
    for (const auto& [name, histogram] : read.at("histograms").items())
        if (!read_histogram(histogram, into.histograms[name])) return false;
    if (!read_courses(read.at("series"), into.series)) return false;
    if (!read_courses(read.at("peaks"), into.peaks)) return false;
    for (const json& one : read.at("violations_told")) {
        Violation violation;
        const std::string seed = one.at("seed").get<std::string>();
        std::from_chars(seed.data(), seed.data() + seed.size(), violation.seed);
        violation.technician = whole(one.at("technician"));
        violation.words = one.at("words").get<std::string>();
        into.violations.push_back(std::move(violation));
    }
    for (const json& one : read.at("trails")) {
        Trail trail;
        trail.technician = whole(one.at("technician"));
        trail.driven = spots(one.at("driven"));
        trail.reported = spots(one.at("reported"));
        into.trails.push_back(std::move(trail));
    }
    for (const auto& [name, value] : read.at("timings").items())
        into.timings[name] = value.is_number() ? value.get<double>() : 0;
    return std::is_sorted(into.violations.begin(), into.violations.end()) &&
           std::is_sorted(into.trails.begin(), into.trails.end());
}

Result<Part> read_document(const json& read, std::string_view name) {
    Part part;
    part.asked = read.at("asked").get<decltype(part.asked)>();
    part.version = read.at("version").get<std::string>();
    const auto flag = parse_shard(read.at("shard").get<std::string>());
    if (!flag || !flag->number) return damaged(name, "of no shard");
    part.shard.number = *flag->number;
    part.shard.of = flag->of;
    if (!read_figures(read, part.figures)) return damaged(name, "its figures do not add up");
    return part;
}

}  // namespace

std::string part_text(const Part& part) {
    const std::string text = report_json(part);
    const std::string_view rest = std::string_view(text).substr(1);
    return fmt::format("{}{}{}{}", seal, digest_of(rest), sealed, rest);
}

Result<Part> read_part(std::string_view text, std::string_view name) {
    const std::size_t told = std::min(seal.size(), text.size());
    if (!text.starts_with(seal.substr(0, told))) return no_part(name);
    const std::size_t head = seal.size() + digest_letters + sealed.size();
    if (text.size() <= head) return damaged(name, "cut off");
    const std::string_view rest = text.substr(head);
    if (digest_of(rest) != text.substr(seal.size(), digest_letters))
        return damaged(name, "cut off or changed: its digest does not fit");
    try {
        return read_document(json::parse("{" + std::string(rest)), name);
    } catch (const json::exception&) {
        return no_part(name);
    }
}

std::string part_name(Shard shard) { return fmt::format("part-{:05}.json", shard.number); }

Result<> save_part(const std::string& path, const Part& part) {
    std::error_code ignored;
    const bool folder = std::filesystem::is_directory(path, ignored);
    const std::string file =
        folder ? (std::filesystem::path(path) / part_name(part.shard)).string() : path;
    return replace_file(file, part_text(part));
}

Result<Part> load_part(const std::string& path) {
    const auto text = read_file(path, most_bytes);
    if (!text) return text.error();
    return read_part(*text, path);
}

}  // namespace outrider::fleet
