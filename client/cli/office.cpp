#include "client/office/office.hpp"

#include "client/cli/commands.hpp"
#include "client/cli/exit_code.hpp"
#include "platform/loop.hpp"
#include "platform/notify.hpp"
#include "platform/tasks.hpp"

#include <fmt/format.h>

#include <csignal>

namespace outrider::cli {

namespace {

Async<> until_a_signal(Executor executor) {
    Signals signals(executor, {SIGINT, SIGTERM});
    (void)co_await signals.next();
}

std::string where_it_listens(const office::OfficeSettings& settings, std::uint16_t port) {
    const net::Origin origin{settings.tls.has_value(), settings.host, port};
    return fmt::format("office: listening at {} for tenant {}, provider {}\n", origin.url(),
                       settings.tenant, settings.gps_provider);
}

}  // namespace

Async<int> run(Context& context, OfficeCommand command) {
    auto configuration = load_office_configuration(command.config, command.flags);
    if (!configuration.problems.empty()) {
        co_return complain(context.console, configuration.problems);
    }
    const Dice dice(entropy());
    auto office =
        office::Office::open(context.executor, context.clock, configuration.settings, dice);
    if (!office) co_return complain(context.console, office.error());
    const std::uint16_t port = (*office)->port();
    const auto written = context.console.out(where_it_listens(configuration.settings, port));
    if (!written) co_return complain(context.console, written.error());
    notify("READY=1");
    std::vector<Async<>> loops;
    loops.push_back((*office)->run());
    loops.push_back(until_a_signal(context.executor));
    co_await together(std::move(loops));
    co_return exit_ok;
}

}  // namespace outrider::cli
