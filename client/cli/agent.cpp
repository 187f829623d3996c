// `outrider agent`: the real parts put together, from start to clean stop.

#include "client/agent/agent.hpp"

#include "client/agent/local_api.hpp"
#include "client/api/desks.hpp"
#include "client/api/servicetitan.hpp"
#include "client/cli/commands.hpp"
#include "client/cli/exit_code.hpp"
#include "platform/files.hpp"
#include "platform/http.hpp"
#include "platform/log.hpp"
#include "platform/loop.hpp"
#include "platform/notify.hpp"
#include "platform/routes.hpp"
#include "platform/tasks.hpp"

#include <fmt/format.h>

#include <malloc.h>

#include <csignal>
#include <filesystem>

namespace outrider::cli {
namespace {

constexpr Duration last_words =
    std::chrono::milliseconds(2500);  // of the five seconds a stop takes
constexpr std::size_t most_askers = 32;
// A batch's buffers are used again for the next one instead of being asked of the kernel each time.
constexpr int kept_memory = 1024 * 1024;

int failed(const Error& error) {
    log(Level::error, "agent: " + error.detail);
    return exit_code_of(error.fault);
}

// Restarting does not help: somebody has to mend the configuration.
int misconfigured(const Error& error) {
    (void)failed(error);
    return exit_configuration;
}

Result<std::unique_ptr<net::Listener>> listen(Executor executor, const std::string& socket) {
    const std::string directory = std::filesystem::path(socket).parent_path();
    if (auto made = make_directories(directory); !made) return made.error();
    return net::unix_listener(std::move(executor), socket, 0660);
}

Result<api::Credentials> read_credentials(const agent::Settings& settings) {
    api::Credentials credentials;
    credentials.client_id = settings.client_id;
    auto secret = read_secret(settings.client_secret_file);
    if (!secret) return secret.error();
    auto key = read_secret(settings.app_key_file);
    if (!key) return key.error();
    credentials.client_secret = std::move(*secret);
    credentials.app_key = std::move(*key);
    return credentials;
}

Result<std::unique_ptr<offline::Store>> open_store(const agent::Settings& settings) {
    if (auto made = make_directories(settings.state_directory); !made) return made.error();
    offline::StoreOptions options;
    options.database.path = settings.state_directory + "/outrider.db";
    options.journal = settings.journal;
    return offline::Store::open(options);
}

// A tenant's export feed comes in pages of some megabytes.
constexpr std::size_t longest_answer = std::size_t{8} * 1024 * 1024;

api::DeskSettings desk_settings(const agent::Settings& settings) {
    api::DeskSettings desk = settings.desk;
    desk.tenant = settings.destination.tenant;
    desk.technician = settings.workday.technician;
    desk.day_start = local_midnight;
    return desk;
}

http::ClientOptions client_options(const net::Origin& origin, const agent::Settings& settings) {
    http::ClientOptions options;
    options.host = origin.authority();
    options.limit = settings.request_limit;
    options.limits.body = longest_answer;
    return options;
}

// The office as seen from here: two origins, a connection and a client each, one uplink.
struct OfficeLink {
    OfficeLink(Executor executor, Clock& clock, const agent::Settings& settings,
               const api::Credentials& credentials, offline::Store& store)
        : auth_connector(net::tcp_connector(executor, clock, settings.auth, settings.trust,
                                            settings.connect_limit, settings.proxy)),
          api_connector(net::tcp_connector(executor, clock, settings.destination.origin,
                                           settings.trust, settings.connect_limit, settings.proxy)),
          auth_client(
              http::make_client(*auth_connector, clock, client_options(settings.auth, settings))),
          api_client(http::make_client(*api_connector, clock,
                                       client_options(settings.destination.origin, settings))),
          traffic(clock, settings.traffic),
          governed_auth(agent::governed(*auth_client, traffic)),
          governed_api(agent::governed(*api_client, traffic)),
          tokens(*governed_auth, clock, credentials),
          uplink(*governed_api, settings.destination.origin, tokens, credentials, clock,
                 store.identity(),
                 [&store](std::int64_t id) { return store.outbox().destination_text(id); }),
          line(*governed_api, settings.destination.origin, tokens, credentials, clock) {
        uplink.offers_read_back(settings.read_back);
        if (settings.workday.technician != 0) {
            desk = api::make_desk(line, clock, desk_settings(settings));
        }
    }

    void route_changed() {
        auth_client->route_changed();
        api_client->route_changed();
    }

    std::unique_ptr<net::Connector> auth_connector, api_connector;
    std::unique_ptr<http::Client> auth_client, api_client;
    agent::Traffic traffic;
    std::unique_ptr<http::Client> governed_auth, governed_api;
    api::TokenSource tokens;
    api::ServiceTitan uplink;
    api::Line line;                   // the courier has one request under way, whoever's
    std::unique_ptr<api::Desk> desk;  // none without a technician
};

// Ends at SIGTERM, SIGINT or SIGHUP, after the last words.
Async<> mind_signals(Signals& signals, agent::Agent& agent) {
    Result<int> number = co_await signals.next();
    if (!number) co_return;
    log(Level::notice, fmt::format("agent: stopping at signal {}", *number));
    notify("STOPPING=1\nSTATUS=stopping");
    co_await agent.wind_down(last_words);
}

// systemd hears from us only while this loop turns.
Async<> feed_watchdog(Clock& clock, agent::Agent& agent) {
    const Duration interval = watchdog_interval().value_or(std::chrono::seconds(30));
    const auto alarm = clock.alarm();
    for (;;) {
        const api::Status status = agent.status();
        notify(fmt::format("WATCHDOG=1\nSTATUS={}; {} waiting; {}", status.gps.state,
                           status.queue.pings, status.office.state));
        Result<> slept = co_await alarm->sleep(interval);
        if (!slept) co_return;
    }
}

Async<> mind_routes(net::RouteWatch& routes, OfficeLink& office, agent::Agent& agent) {
    for (;;) {
        Result<> changed = co_await routes.change();
        if (!changed) co_return;
        agent.route_changed();
        office.route_changed();
    }
}

Async<int> run_agent(Executor executor, const agent::Settings& settings) {
    const auto system_clock = make_system_clock(executor);
    agent::TrustedClock clock(*system_clock);
    auto credentials = read_credentials(settings);
    if (!credentials) co_return misconfigured(credentials.error());
    auto store = open_store(settings);
    if (!store) co_return failed(store.error());
    if (const auto& salvaged = (*store)->salvaged()) {
        log(Level::error, "agent: " + salvaged->summary());
    }
    OfficeLink office(executor, clock, settings, *credentials, **store);
    net::Origin gpsd_origin;
    gpsd_origin.tls = false;
    gpsd_origin.host = settings.gpsd.host;
    gpsd_origin.port = settings.gpsd.port;
    const net::TlsTrust no_tls;
    const auto gpsd_connector =
        net::tcp_connector(executor, clock, gpsd_origin, no_tls, settings.connect_limit);
    const auto gpsd = gps::make_gpsd(*gpsd_connector, clock, settings.gpsd, Dice(entropy()));
    auto agent = agent::Agent::open(clock, **store, *gpsd, office.uplink, settings, Dice(entropy()),
                                    &office.traffic, office.desk.get(), &clock);
    if (!agent) co_return failed(agent.error());
    auto listener = listen(executor, settings.socket);
    if (!listener) co_return misconfigured(listener.error());
    http::ServerOptions server_options;
    server_options.connections = most_askers;
    http::Server server(executor, clock, std::move(*listener), agent::local_api(**agent, clock),
                        server_options);

    Signals signals(executor, std::vector<int>{SIGTERM, SIGINT, SIGHUP});
    std::vector<Async<>> loops;
    loops.push_back((*agent)->run());
    loops.push_back(server.run());
    loops.push_back(mind_signals(signals, **agent));
    loops.push_back(feed_watchdog(clock, **agent));
    const auto routes = net::route_watch(executor, clock);
    loops.push_back(mind_routes(*routes, office, **agent));
    log(Level::notice,
        fmt::format("agent: outrider {} reports as {} to {}", OUTRIDER_VERSION,
                    settings.destination.unit_id, settings.destination.origin.url()));
    notify("READY=1");
    Async<> all = together(std::move(loops));
    co_await std::move(all);
    co_return exit_ok;
}

}  // namespace

int run_agent_command(const agent::Settings& settings) {
    ::mallopt(M_MMAP_THRESHOLD, kept_memory);
    ::mallopt(M_TRIM_THRESHOLD, kept_memory);
    set_log_level(settings.log_level);
    agent::Settings own = settings;
    own.workday.boot = boot_id();
    Loop loop;
    return loop.run(run_agent(loop.executor(), own));
}

}  // namespace outrider::cli
