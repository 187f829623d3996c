#pragma once
// The agent's and the stand-in office's configuration: read, checked and explained.

#include "client/agent/settings.hpp"
#include "client/cli/config_table.hpp"
#include "client/cli/surroundings.hpp"
#include "client/office/office.hpp"

#include <string>
#include <utility>
#include <vector>

namespace outrider::cli {

struct Configuration {
    std::string file;               // the first one read
    agent::Settings settings;       // fit for use when there are no problems
    std::vector<Problem> problems;  // all of them
    struct Shown {
        std::string key, value;  // TOML
        Place place;             // whence; the default when it has no file
    };
    std::vector<Shown> values;  // in the order of the sample
};
// `file` is an absolute or relative path; "" for the default one.
Configuration load_configuration(const std::string& file, const Surroundings&);
// The same, but what an agent that runs must have may be missing: for how it judges.
Configuration load_rules(const std::string& file, const Surroundings&);
// Beyond what loading does: are the files that the settings name there, and safe?
std::vector<Problem> check_files(const Configuration&);

enum class Origins { hidden, shown };
std::string show(const Configuration&, Origins);  // TOML again
// The commented file in packaging/: every setting there is, with its default.
std::string sample_configuration();

// The agent's socket: --socket, else what the configuration says, else the first of the usual
// places where there is one.
std::string find_socket(const std::string& given, const std::string& config_file,
                        const Surroundings&);

struct OfficeConfiguration {
    office::OfficeSettings settings;
    std::vector<Problem> problems;
};
using Flag = std::pair<std::string, std::vector<std::string>>;  // "token_life", {"60"}
inline constexpr auto command_line = "command line";            // the place of a flag's problem
OfficeConfiguration load_office_configuration(const std::string& file,
                                              const std::vector<Flag>& flags);
struct OfficeFlag {
    std::string name, doc;
    std::string default_text;  // "" when it is nothing
};
std::vector<OfficeFlag> office_flags();

}  // namespace outrider::cli
