#include "client/fleet/endpoint.hpp"

#include "client/office/office.hpp"
#include "platform/files.hpp"
#include "platform/http.hpp"

#include <fmt/format.h>

#include <chrono>

namespace outrider::fleet {
namespace {

constexpr Duration connect_limit = std::chrono::seconds(10);
constexpr Duration request_limit = std::chrono::seconds(30);
constexpr std::size_t longest_answer = std::size_t{8} * 1024 * 1024;

http::ClientOptions client_options(const net::Origin& origin) {
    http::ClientOptions options;
    options.host = origin.authority();
    options.limit = request_limit;
    options.limits.body = longest_answer;
    return options;
}

// One queue's: two origins, a connection and a client each, one uplink.
struct Link {
    Link(Executor executor, Clock& clock, const Endpoint& endpoint, std::uint64_t identity,
         std::function<Result<std::string>(std::int64_t)> text_of)
        : auth_connector(
              net::tcp_connector(executor, clock, endpoint.auth, endpoint.trust, connect_limit)),
          api_connector(
              net::tcp_connector(executor, clock, endpoint.api, endpoint.trust, connect_limit)),
          auth_client(http::make_client(*auth_connector, clock, client_options(endpoint.auth))),
          api_client(http::make_client(*api_connector, clock, client_options(endpoint.api))),
          tokens(*auth_client, clock, endpoint.credentials),
          uplink(*api_client, endpoint.api, tokens, endpoint.credentials, clock, identity,
                 std::move(text_of)) {
        uplink.mixes_units(true);
    }

    std::unique_ptr<net::Connector> auth_connector, api_connector;
    std::unique_ptr<http::Client> auth_client, api_client;
    api::TokenSource tokens;
    api::ServiceTitan uplink;
};

}  // namespace

Result<Endpoint> read_endpoint(const LoadOptions& options) {
    Endpoint endpoint;
    auto api = net::parse_origin(options.endpoint);
    if (!api) return api.error();
    auto auth = options.auth.empty() ? api : net::parse_origin(options.auth);
    if (!auth) return auth.error();
    for (const net::Origin& origin : {*api, *auth}) {
        if (origin.loopback() || options.own_this_endpoint) continue;
        return Error(Fault::refused,
                     fmt::format("{} is not on this machine: a fleet would be an attack on "
                                 "somebody else's office. If it is yours to load, say so with "
                                 "--i-own-this-endpoint",
                                 origin.url()));
    }
    endpoint.api = *api;
    endpoint.auth = *auth;
    endpoint.trust.ca_file = options.ca_file;
    const office::OfficeSettings stand_in;
    endpoint.credentials = {options.client_id, stand_in.client_secret, stand_in.app_key};
    if (!options.client_secret_file.empty()) {
        auto secret = read_secret(options.client_secret_file);
        if (!secret) return secret.error();
        endpoint.credentials.client_secret = std::move(*secret);
    }
    if (!options.app_key_file.empty()) {
        auto key = read_secret(options.app_key_file);
        if (!key) return key.error();
        endpoint.credentials.app_key = std::move(*key);
    }
    return endpoint;
}

Way way_to(Executor executor, Clock& clock, const Endpoint& endpoint) {
    return [executor, &clock, &endpoint](offline::Store& store) -> std::shared_ptr<api::Uplink> {
        const auto link = std::make_shared<Link>(
            executor, clock, endpoint, store.identity(),
            [&store](std::int64_t id) { return store.outbox().destination_text(id); });
        return {link, &link->uplink};
    };
}

Async<Result<>> knock(Executor executor, Clock& clock, const Endpoint& endpoint) {
    const auto connector =
        net::tcp_connector(executor, clock, endpoint.auth, endpoint.trust, connect_limit);
    const auto client = http::make_client(*connector, clock, client_options(endpoint.auth));
    api::TokenSource tokens(*client, clock, endpoint.credentials);
    const auto token = co_await tokens.token();
    if (token) co_return Result<>();
    Error error = token.error();
    if (error.fault == Fault::unreachable) {
        error.detail = fmt::format(
            "{} cannot be reached: {}: is the office running, for instance "
            "`outrider office`?",
            endpoint.auth.url(), error.detail);
    } else if (error.fault == Fault::unauthorised) {
        error.detail = fmt::format(
            "{} lets nobody in: {}: see --client-id, --client-secret-file and --app-key-file",
            endpoint.auth.url(), error.detail);
    }
    co_return error;
}

}  // namespace outrider::fleet
