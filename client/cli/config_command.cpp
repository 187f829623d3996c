#include "client/cli/commands.hpp"
#include "client/cli/exit_code.hpp"

#include <fmt/format.h>

namespace outrider::cli {

namespace {

std::string all_is_well(const Configuration& configuration, const std::string& file) {
    std::size_t told = 0;
    for (const auto& shown : configuration.values) told += shown.place.file.empty() ? 0 : 1;
    return fmt::format("{} is in order: {} of {} settings are set, the others are defaults\n", file,
                       told, configuration.values.size());
}

}  // namespace

int run(const Console& console, const Surroundings& around, const ConfigCommand& command) {
    if (command.verb == ConfigCommand::Verb::sample) {
        return finish(console, console.out(sample_configuration()), exit_ok);
    }
    const std::string file = command.config.empty() ? default_config_file(around) : command.config;
    Configuration configuration = load_configuration(file, around);
    const bool check = command.verb == ConfigCommand::Verb::check;
    if (check) {
        for (auto& problem : check_files(configuration)) {
            configuration.problems.push_back(std::move(problem));
        }
    }
    const std::string text =
        check ? all_is_well(configuration, file) : show(configuration, command.origins);
    Result<> written;
    // What holds is worth seeing even when something is wrong with it.
    if (!check || configuration.problems.empty()) written = console.out(text);
    const int code =
        configuration.problems.empty() ? exit_ok : complain(console, configuration.problems);
    return finish(console, written, code);
}

}  // namespace outrider::cli
