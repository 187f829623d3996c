#include "client/cli/config_settings.hpp"

#include <algorithm>
#include <iterator>

namespace outrider::cli {

namespace {

struct Environment {
    const char *name, *api_host, *auth_host;
};
constexpr Environment environments[] = {
    {"production", "api.servicetitan.io", "auth.servicetitan.io"},
    {"integration", "api-integration.servicetitan.io", "auth-integration.servicetitan.io"},
};

void choose(AgentDraft& draft, const Environment& environment) {
    draft.environment = environment.name;
    draft.settings.destination.origin = {true, environment.api_host, 443};
    draft.settings.auth = {true, environment.auth_host, 443};
}

Setting required(Setting setting, std::string example) {
    setting.example = std::move(example);
    return setting;
}

Setting following(Setting setting, std::string other) {
    setting.follows = std::move(other);
    return setting;
}

// It becomes a part of the API's path.
Result<> plain_word(const std::string& given) {
    const bool plain = std::all_of(given.begin(), given.end(), [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
               c == '-' || c == '_' || c == '.';
    });
    if (!given.empty() && plain) return {};
    return Error(
        Fault::malformed,
        in_quotes(given) + " is no identifier: give letters, digits, '-', '_' and '.' only");
}

Setting pins(std::string key, std::vector<std::string>& target, std::string doc) {
    Setting setting = texts(std::move(key), target, std::move(doc));
    setting.set = [&target, inner = std::move(setting.set)](const Value& value) -> Result<> {
        if (auto set = inner(value); !set) return set;
        Result<> checked = net::check_pins(target);
        if (!checked) target.clear();
        return checked;
    };
    return setting;
}

Setting proxy(std::string key, net::Origin& target, std::string doc) {
    Setting setting = origin(std::move(key), target, std::move(doc));
    setting.set = [&target](const Value& value) -> Result<> {
        const auto* given = std::get_if<std::string>(&value);
        if (given == nullptr) {
            return Error(Fault::malformed, "give a URL in quotes, such as \"http://proxy:3128\"");
        }
        if (given->empty()) {
            target.host.clear();
            return {};
        }
        auto parsed = net::parse_proxy(*given);
        if (!parsed) return parsed.error();
        target = *parsed;
        return {};
    };
    return setting;
}

using Table = std::vector<Setting>;

void add_unit(AgentDraft& draft, Table& table) {
    auto& to = draft.settings.destination;
    Setting id = required(text("unit.id", to.unit_id, not_empty,
                               "The vehicle or device, exactly as it stands in the tenant's GPS "
                               "provider device list."),
                          "\"van-07\"");
    id.set = [&to, inner = std::move(id.set)](const Value& value) -> Result<> {
        if (auto set = inner(value); !set) return set;
        to.unit_name = to.unit_id;
        return {};
    };
    table.push_back(std::move(id));
    table.push_back(following(
        text("unit.name", to.unit_name, not_empty, "Its name for people; the id unless given."),
        "unit.id"));
}

void add_servicetitan(AgentDraft& draft, Table& table) {
    auto& s = draft.settings;
    std::vector<Choice> known;
    for (const auto& environment : environments) {
        known.push_back({environment.name, [&] { choose(draft, environment); }});
    }
    table.push_back(choice(
        "servicetitan.environment", [&draft] { return draft.environment; }, std::move(known),
        "\"production\" or \"integration\": decides api_url and auth_url."));
    table.push_back(following(origin("servicetitan.api_url", s.destination.origin,
                                     "The API. https; plain http only to this machine."),
                              "servicetitan.environment"));
    table.push_back(following(
        origin("servicetitan.auth_url", s.auth, "Where the token comes from. https, as above."),
        "servicetitan.environment"));
    table.push_back(required(text("servicetitan.tenant", s.destination.tenant, plain_word,
                                  "The tenant's number, in quotes."),
                             "\"1234567\""));
    table.push_back(required(
        text("servicetitan.gps_provider", s.destination.gps_provider, plain_word,
             "The GPS provider's name, as entered when the app was connected to the tenant."),
        "\"outrider\""));
    table.push_back(required(text("servicetitan.client_id", s.client_id, not_empty,
                                  "The app's client id in this tenant and environment."),
                             "\"cid.example\""));
    table.push_back(text("servicetitan.client_secret_file", s.client_secret_file, absolute_path,
                         "A file with the client secret, readable by its owner only (chmod 0600). "
                         "systemd's credential client-secret when there is one."));
    table.push_back(text("servicetitan.app_key_file", s.app_key_file, absolute_path,
                         "A file with the app key, kept likewise. "
                         "systemd's credential app-key when there is one."));
    table.push_back(text("servicetitan.ca_file", s.trust.ca_file, absolute_path_or_nothing,
                         "PEM file with the certificate authorities to believe; the system's when "
                         "empty."));
    table.push_back(choice(
        "servicetitan.read_back", [&s] { return std::string(s.read_back ? "yes" : "no"); },
        {{"yes", [&s] { s.read_back = true; }}, {"no", [&s] { s.read_back = false; }}},
        "\"yes\": after an answer was lost, ask what the office holds before sending again. The "
        "stand-in office can be asked; ServiceTitan cannot."));
    table.push_back(pins("servicetitan.pins", s.trust.pins,
                         "Beyond that, believe only servers with one of these public keys in their "
                         "certificate's chain: at least two, each the base64 of the key's SHA-256. "
                         "A server that has none of them is named in the log with those it has. "
                         "When it changes to a key that is not here, nothing is sent any more."));
    table.push_back(text("servicetitan.client_certificate_file", s.trust.client_certificate_file,
                         absolute_path_or_nothing,
                         "PEM file with this device's own certificate, for an office or a gateway "
                         "that demands one (mTLS); none when empty."));
    table.push_back(text("servicetitan.client_key_file", s.trust.client_key_file,
                         absolute_path_or_nothing,
                         "And its private key, readable by its owner only (chmod 0600)."));
    std::vector<Choice> units;
    for (const auto unit : {api::SpeedUnit::miles_per_hour, api::SpeedUnit::kilometres_per_hour,
                            api::SpeedUnit::metres_per_second}) {
        units.push_back({std::string(name(unit)), [&s, unit] { s.destination.speed_unit = unit; }});
    }
    table.push_back(choice(
        "servicetitan.speed_unit", [&s] { return std::string(name(s.destination.speed_unit)); },
        std::move(units),
        "The unit of the speed we send: \"mph\", \"km/h\" or \"m/s\". ServiceTitan does not "
        "document one: compare a known drive on the map."));
}

void add_gps(agent::Settings& s, Table& table) {
    table.push_back(text("gps.host", s.gpsd.host, not_empty, "Where gpsd listens."));
    table.push_back(whole("gps.port", s.gpsd.port, {1, 65535}, "And its port."));
    table.push_back(text("gps.device", s.gpsd.device, absolute_path_or_nothing,
                         "Only this receiver, such as \"/dev/ttyACM0\"; any when empty."));
    table.push_back(seconds("gps.stale_after_s", s.gpsd.stale_after, {2, 3600},
                            "A fix older than this is called stale. Receivers report once a "
                            "second, some every five."));
}

void add_filter(agent::Settings& s, Table& table) {
    auto& sieve = s.judge.sieve;
    table.push_back(number("filter.accuracy_m", sieve.accuracy_m, {1, 10000},
                           "A fix with a worse estimated error than this is not believed. Too "
                           "small a value loses fixes between tall buildings."));
    table.push_back(number("filter.max_implied_speed_mps", sieve.max_implied_speed_mps, {10, 1000},
                           "Metres per second between two fixes that no vehicle of yours reaches: "
                           "a faster one is a jump, and is not believed."));
    table.push_back(
        seconds("filter.future_s", sieve.future, {1, 1000000000},
                "A fix dated further ahead of this machine's clock is not believed, unless the "
                "receiver has kept time for some seconds."));
    table.push_back(seconds("filter.past_s", sieve.past, {1, 1000000000},
                            "Nor one dated further back, likewise."));
}

void add_sample(agent::Settings& s, Table& table) {
    auto& cadence = s.judge.cadence;
    table.push_back(number("sample.bound_m", cadence.bound_m, {1, 10000},
                           "No fix that is believed lies further than so many metres from the "
                           "straight way between pings, at its own time. Half as much costs one "
                           "and a half times the pings."));
    table.push_back(seconds("sample.wait_s", cadence.wait, {0, 60},
                            "How long a fix may wait for those after it to show that no ping is "
                            "needed. Longer saves a few pings more."));
    table.push_back(seconds("sample.interval_s", cadence.interval, {1, 86400},
                            "On the move, while the office is reached: a ping at least every so "
                            "many seconds ..."));
    table.push_back(seconds("sample.followed_interval_s", cadence.followed_interval, {1, 86400},
                            "... and while a technician is on the way to a customer, who may be "
                            "looking at the map."));
    table.push_back(seconds("sample.heartbeat_interval_s", cadence.heartbeat_interval, {1, 86400},
                            "Parked: a ping every so many seconds, so that the office sees the "
                            "vehicle is still there; and on the move while the office cannot "
                            "be reached, so that a power cut costs no more."));
}

void add_motion(agent::Settings& s, Table& table) {
    auto& motion = s.judge.motion;
    table.push_back(number("motion.stationary_radius_m", motion.stationary_radius_m, {1, 1000},
                           "A vehicle is parked when all its fixes stay within this radius ..."));
    table.push_back(
        seconds("motion.stop_after_s", motion.stop_after, {1, 3600}, "... for this long."));
    table.push_back(number("motion.leave_radius_m", motion.leave_radius_m, {1, 10000},
                           "It moves again when it is this far from where it stood."));
}

void add_delivery(agent::Settings& s, Table& table) {
    table.push_back(
        whole("sync.max_batch_size", s.sync.max_batch_size, {1, 1000}, "Pings in one request."));
    table.push_back(whole("sync.max_batch_bytes", s.sync.max_batch_bytes,
                          {4096, 16.0 * 1024 * 1024}, "And bytes."));
    table.push_back(seconds("sync.interval_s", s.sync.interval, {0, 86400},
                            "A ping waits at most so long for company. Longer saves data; the "
                            "office sees the vehicle that much later."));
    table.push_back(whole("sync.auto_sync_threshold", s.sync.threshold, {1, 1000},
                          "So many waiting pings are sent at once."));
    table.push_back(seconds("http.connect_timeout_s", s.connect_limit, {1, 300},
                            "To resolve the name, connect and agree on TLS."));
    table.push_back(
        seconds("http.timeout_s", s.request_limit, {1, 300},
                "For a whole request and its answer. The office gives up after 100 s."));
    table.push_back(proxy("http.proxy", s.proxy.origin,
                          "The way out through an HTTP proxy, such as \"http://proxy:3128\"; none "
                          "when empty. It sees whom we talk to, never what is said."));
    table.push_back(text("http.proxy_credentials_file", s.proxy.credentials_file,
                         absolute_path_or_nothing,
                         "A file with user:password for the proxy, readable by its owner only "
                         "(chmod 0600); none when empty."));
    table.push_back(seconds("retry.base_s", s.retry.base, {0.1, 3600},
                            "After a failure: wait at random up to this, then up to twice as long "
                            "each time ..."));
    table.push_back(
        seconds("retry.cap_s", s.retry.cap, {1, 86400}, "... and never longer than this."));
    table.push_back(whole("limits.requests_per_hour", s.traffic.requests_per_hour, {10, 1'000'000},
                          "A gate behind everything else: no fault, ours included, sends more than "
                          "this ..."));
    table.push_back(whole("limits.bytes_per_hour", s.traffic.bytes_per_hour, {65536, 1e12},
                          "... or more bytes than this, both directions together."));
    table.push_back(
        whole("data.bytes_per_month", s.traffic.bytes_per_month, {0, 1e13},
              "What a month (UTC) may cost. When it is spent too fast, uploads wait for "
              "more company, up to an hour; recording never does. 0: no budget."));
}

void add_storage(agent::Settings& s, Table& table) {
    constexpr double gibibyte = 1024.0 * 1024 * 1024;
    table.push_back(days("queue.max_days", s.retention.keep, {1, 365},
                         "A ping nobody took for so long is given up, and counted as expired."));
    table.push_back(
        whole("queue.max_rows", s.retention.rows, {1000, 100'000'000},
              "With more than this waiting the oldest pings lose resolution, the track "
              "keeping its shape; dropped, and counted, only when that is not enough."));
    table.push_back(whole("queue.max_bytes", s.retention.bytes, {1024.0 * 1024, 64 * gibibyte},
                          "The same for their size on the disk."));
    table.push_back(days("journal.max_days", s.journal.keep, {1, 365},
                         "The track on this device, for `outrider export`, goes back so far ..."));
    table.push_back(whole("journal.max_bytes", s.journal.bytes, {65536, gibibyte},
                          "... and takes at most so much of the disk."));
    table.push_back(text("state.directory", s.state_directory, absolute_path,
                         "Where the database lives: on a disk that survives a power cut, never "
                         "below /run or /tmp."));
    table.push_back(text("power.online_file", s.power.online_file, absolute_path_or_nothing,
                         "A file that says 1 while the vehicle feeds this device, such as a GPIO's "
                         "value. When it says 0 the position goes out at once. The kernel's mains "
                         "and USB supplies are asked when empty."));
    table.push_back(text("local.socket", s.socket, socket_path,
                         "Where `outrider status` and its sisters find the agent."));
    std::vector<Choice> levels;
    for (const auto& [word, level] : {std::pair{"error", Level::error},
                                      {"warning", Level::warning},
                                      {"notice", Level::notice},
                                      {"info", Level::info},
                                      {"debug", Level::debug}}) {
        levels.push_back({word, [&s, chosen = level] { s.log_level = chosen; }});
    }
    table.push_back(choice(
        "log.level",
        [&s] {
            static constexpr const char* names[] = {"error", "warning", "notice", "info", "debug"};
            return std::string(names[static_cast<int>(s.log_level) - 3]);
        },
        std::move(levels), "\"error\", \"warning\", \"notice\", \"info\" or \"debug\"."));
}

}  // namespace

AgentDraft::AgentDraft(const Surroundings& around, const std::string& config_file) {
    choose(*this, environments[0]);
    settings.client_secret_file = default_secret(around, config_file, "client-secret");
    settings.app_key_file = default_secret(around, config_file, "app-key");
    settings.state_directory = default_state_directory(around);
    settings.socket = default_socket(around);
}

std::vector<Setting> agent_table(AgentDraft& draft) {
    Table table;
    add_unit(draft, table);
    add_servicetitan(draft, table);
    add_gps(draft.settings, table);
    add_filter(draft.settings, table);
    add_sample(draft.settings, table);
    add_motion(draft.settings, table);
    add_delivery(draft.settings, table);
    add_day(draft.settings, table);
    add_privacy(draft, table);
    add_storage(draft.settings, table);
    return table;
}

}  // namespace outrider::cli
