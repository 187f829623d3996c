#include "client/cli/surroundings.hpp"

#include <unistd.h>

#include <array>
#include <cstdlib>
#include <filesystem>

namespace outrider::cli {

namespace {

constexpr auto system_config = "/etc/outrider/outrider.toml";
constexpr auto system_socket = "/run/outrider/outrider.sock";

// systemd separates several directories by colons; ours is the first.
std::string first_of(const std::string& list) { return list.substr(0, list.find(':')); }

bool exists(const std::string& path) {
    std::error_code ignored;
    return std::filesystem::exists(path, ignored);
}

std::string own_folder(const Surroundings& around, const char* variable, const char* in_home) {
    const std::string set = around.get(variable);
    if (!set.empty()) return set + "/outrider";
    const std::string home = around.get("HOME");
    return home.empty() ? "" : home + in_home + "/outrider";
}

}  // namespace

Surroundings Surroundings::of_this_process() {
    static constexpr std::array looked_at = {"CREDENTIALS_DIRECTORY",
                                             "HOME",
                                             "JOB_COMPLETION_INDEX",
                                             "NO_COLOR",
                                             "RUNTIME_DIRECTORY",
                                             "SLURM_ARRAY_TASK_COUNT",
                                             "SLURM_ARRAY_TASK_ID",
                                             "SLURM_ARRAY_TASK_MAX",
                                             "SLURM_ARRAY_TASK_MIN",
                                             "STATE_DIRECTORY",
                                             "TERM",
                                             "XDG_CONFIG_HOME",
                                             "XDG_RUNTIME_DIR",
                                             "XDG_STATE_HOME"};
    Surroundings around;
    around.root = geteuid() == 0;
    for (const char* name : looked_at) {
        if (const char* value = std::getenv(name)) around.variables.emplace(name, value);
    }
    return around;
}

std::string Surroundings::get(std::string_view variable) const {
    const auto found = variables.find(variable);
    return found == variables.end() ? "" : found->second;
}

std::string default_config_file(const Surroundings& around) {
    const std::string own = own_folder(around, "XDG_CONFIG_HOME", "/.config") + "/outrider.toml";
    return !exists(system_config) && exists(own) ? own : system_config;
}

std::string default_state_directory(const Surroundings& around) {
    const std::string given = first_of(around.get("STATE_DIRECTORY"));
    if (!given.empty()) return given;
    const std::string own = own_folder(around, "XDG_STATE_HOME", "/.local/state");
    return around.root || own.empty() ? "/var/lib/outrider" : own;
}

std::string default_socket(const Surroundings& around) {
    const std::string given = first_of(around.get("RUNTIME_DIRECTORY"));
    if (!given.empty()) return given + "/outrider.sock";
    const std::string own = around.get("XDG_RUNTIME_DIR");
    return around.root || own.empty() ? system_socket : own + "/outrider/outrider.sock";
}

std::vector<std::string> usual_sockets(const Surroundings& around) {
    std::vector<std::string> sockets;
    const std::string given = first_of(around.get("RUNTIME_DIRECTORY"));
    if (!given.empty()) sockets.push_back(given + "/outrider.sock");
    sockets.emplace_back(system_socket);
    const std::string own = around.get("XDG_RUNTIME_DIR");
    if (!own.empty()) sockets.push_back(own + "/outrider/outrider.sock");
    return sockets;
}

std::string default_secret(const Surroundings& around, std::string_view config_file,
                           std::string_view name) {
    const std::string credentials = around.get("CREDENTIALS_DIRECTORY");
    if (!credentials.empty()) return credentials + "/" + std::string(name);
    std::error_code ignored;
    const auto beside = std::filesystem::absolute(config_file, ignored).parent_path();
    return (beside / name).string();
}

}  // namespace outrider::cli
