#include "client/cli/config_file.hpp"

#include "platform/files.hpp"

#include <toml++/toml.h>

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <tuple>

namespace outrider::cli {

namespace {

constexpr std::size_t file_limit = 256 * 1024;
constexpr std::size_t drop_in_limit = 100;
constexpr int depth_limit = 8;

// toml++ tells its own parser's state in a second sentence; the first is for people.
std::string first_sentence(std::string_view text) {
    const auto end = text.find_first_of(";\n");
    return std::string(text.substr(0, end));
}

Value list_of(const toml::array& array) {
    std::vector<std::string> texts;
    for (const auto& element : array) {
        const auto* text = element.as_string();
        if (text == nullptr) return Strange{};
        texts.push_back(text->get());
    }
    return texts;
}

Value value_of(const toml::node& node) {
    if (node.is_table()) return Section{};
    if (const auto* b = node.as_boolean()) return b->get();
    if (const auto* n = node.as_integer()) return n->get();
    if (const auto* d = node.as_floating_point()) return d->get();
    if (const auto* s = node.as_string()) return s->get();
    if (const auto* array = node.as_array()) return list_of(*array);
    return Strange{};
}

void flatten(const toml::table& table, const std::string& prefix, const std::string& file,
             int depth, Reading& reading) {
    for (const auto& [key, node] : table) {
        const auto& begin = key.source().begin;
        Entry entry{
            prefix + std::string(key.str()), value_of(node), {file, begin.line, begin.column}};
        const std::string path = entry.key;
        reading.entries.push_back(std::move(entry));
        if (node.is_table() && depth < depth_limit) {
            flatten(*node.as_table(), path + ".", file, depth + 1, reading);
        }
    }
}

void read_file_into(const std::string& path, Reading& reading) {
    reading.files.push_back(path);
    const auto text = read_file(path, file_limit);
    if (text) return read_toml(*text, path, reading);
    reading.problems.push_back({Place{path}, "", text.error().detail});
}

std::vector<std::string> drop_ins(const std::string& file) {
    std::filesystem::path folder(file);
    folder.replace_extension(".d");
    std::vector<std::string> found;
    std::error_code error;
    // A folder that cannot be listed is as good as none: most have none.
    for (std::filesystem::directory_iterator entry(folder, error), end; !error && entry != end;
         entry.increment(error)) {
        if (entry->path().extension() == ".toml") found.push_back(entry->path().string());
    }
    std::sort(found.begin(), found.end());
    return found;
}

}  // namespace

void read_toml(std::string_view text, const std::string& name, Reading& reading) {
    try {
        const toml::table table = toml::parse(text, name);
        // Tables keep their keys by name, but problems are easier to follow in the file's order.
        const std::size_t before = reading.entries.size();
        flatten(table, "", name, 0, reading);
        std::stable_sort(reading.entries.begin() + static_cast<std::ptrdiff_t>(before),
                         reading.entries.end(), [](const Entry& a, const Entry& b) {
                             return std::tie(a.place.line, a.place.column) <
                                    std::tie(b.place.line, b.place.column);
                         });
    } catch (const toml::parse_error& error) {
        const auto& begin = error.source().begin;
        reading.problems.push_back(
            {Place{name, begin.line, begin.column}, "", first_sentence(error.description())});
    }
}

Reading read_files(const std::string& file) {
    Reading reading;
    read_file_into(file, reading);
    const auto others = drop_ins(file);
    if (others.size() > drop_in_limit) {
        reading.problems.push_back({Place{file}, "",
                                    fmt::format("has {} drop-ins, at most {} are read: merge some",
                                                others.size(), drop_in_limit)});
        return reading;
    }
    for (const auto& other : others) read_file_into(other, reading);
    return reading;
}

}  // namespace outrider::cli
