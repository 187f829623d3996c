#include "client/agent/power.hpp"

#include "platform/files.hpp"

#include <filesystem>
#include <string_view>

namespace outrider::agent {
namespace {

std::string word_in(const std::string& path) {
    auto text = read_file(path, 64);
    if (!text) return {};
    while (!text->empty() && static_cast<unsigned char>(text->back()) <= ' ') text->pop_back();
    return *text;
}

}  // namespace

std::optional<bool> fed(const PowerSettings& settings) {
    if (!settings.online_file.empty()) {
        const std::string word = word_in(settings.online_file);
        if (word.empty()) return std::nullopt;
        return word != "0";
    }
    std::optional<bool> fed;
    std::error_code failed;
    for (std::filesystem::directory_iterator supply(settings.supplies, failed), end;
         !failed && supply != end; supply.increment(failed)) {
        const std::string folder = supply->path();
        const std::string type = word_in(folder + "/type");
        if (type != "Mains" && !type.starts_with("USB")) continue;
        const std::string online = word_in(folder + "/online");
        if (online.empty()) continue;
        fed = fed.value_or(false) || online != "0";
    }
    return fed;
}

}  // namespace outrider::agent
