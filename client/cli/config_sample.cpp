#include "client/cli/config.hpp"
#include "client/cli/config_settings.hpp"

#include <fmt/format.h>

#include <map>

namespace outrider::cli {

namespace {

constexpr std::string_view preface =
    R"(# Outrider's agent. Copy to /etc/outrider/outrider.toml and fill in the lines without '#'.
# A line that begins with '#' and a key shows the default: take the '#' away to change it.
# Files in outrider.d/*.toml beside this one are read after it; what is said later wins.
# Check with `outrider config check`; `outrider config show --origin` tells what holds, and why.
)";

// "# " and the text, broken at 96 columns.
std::string comment(std::string_view text) {
    constexpr std::size_t width = 94;
    std::string out;
    while (!text.empty()) {
        std::size_t length = text.size();
        if (length > width) {
            length = text.rfind(' ', width);
            if (length == std::string_view::npos) length = text.find(' ');
            if (length == std::string_view::npos) length = text.size();
        }
        out += fmt::format("# {}\n", text.substr(0, length));
        text.remove_prefix(length);
        while (text.starts_with(' ')) text.remove_prefix(1);
    }
    return out;
}

// Section header when `key` begins another section than the one before, and the key's last part.
std::string leaf(const std::string& key, std::string& section, std::string& out) {
    const auto dot = key.find('.');
    const std::string its = key.substr(0, dot);
    if (its != section) {
        out += fmt::format("{}[{}]\n", out.empty() ? "" : "\n", its);
        section = its;
    }
    return key.substr(dot + 1);
}

}  // namespace

std::string show(const Configuration& configuration, Origins origins) {
    std::string out, section;
    for (const auto& shown : configuration.values) {
        const std::string line = fmt::format("{} = {}", leaf(shown.key, section, out), shown.value);
        out += origins == Origins::shown
                   ? fmt::format("{:<50} # {}\n", line, to_string(shown.place))
                   : line + "\n";
    }
    return out;
}

std::string sample_configuration() {
    // As the system's service sees it, whoever runs this.
    Surroundings system;
    system.root = true;
    AgentDraft draft(system, "/etc/outrider/outrider.toml");
    std::string out(preface), section;
    std::map<std::string, std::string, std::less<>> examples;
    for (const auto& setting : agent_table(draft)) {
        const std::string key = leaf(setting.key, section, out);
        out += comment(setting.doc);
        if (setting.example.empty()) {
            const auto followed = examples.find(setting.follows);
            const bool as_followed = followed != examples.end();
            out += fmt::format("#{} = {}\n", key, as_followed ? followed->second : setting.show());
        } else {
            out += fmt::format("{} = {}\n", key, setting.example);
            examples.emplace(setting.key, setting.example);
        }
    }
    return out;
}

}  // namespace outrider::cli
