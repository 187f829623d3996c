#pragma once
// What the process inherits from whoever started it, and the standard places that follow from it.

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace outrider::cli {

struct Surroundings {
    std::map<std::string, std::string, std::less<>> variables;  // of the environment
    bool root = false;

    static Surroundings of_this_process();
    std::string get(std::string_view variable) const;  // "" when unset
};

// The first that exists of /etc/outrider/outrider.toml and $XDG_CONFIG_HOME/outrider/outrider.toml;
// the former when neither does.
std::string default_config_file(const Surroundings&);
// $STATE_DIRECTORY; /var/lib/outrider for root; $XDG_STATE_HOME/outrider for anybody else.
std::string default_state_directory(const Surroundings&);
// Where an agent listens: in $RUNTIME_DIRECTORY; /run/outrider for root; $XDG_RUNTIME_DIR/outrider.
std::string default_socket(const Surroundings&);
// Where somebody who asks may find an agent, the likeliest first: the system's before one's own.
std::vector<std::string> usual_sockets(const Surroundings&);
// In $CREDENTIALS_DIRECTORY when systemd provides it, else beside the configuration file.
std::string default_secret(const Surroundings&, std::string_view config_file,
                           std::string_view name);

}  // namespace outrider::cli
