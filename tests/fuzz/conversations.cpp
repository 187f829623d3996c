// Readers that take part in a conversation, on virtual time.

#include "client/agent/local_api.hpp"
#include "client/api/token.hpp"
#include "platform/http_wire.hpp"
#include "tests/client/agent/world.hpp"
#include "tests/fuzz/targets.hpp"

#include <string>

namespace outrider::fuzz {
namespace {

// Gives the same answer to everything.
class Parrot final : public http::Client {
public:
    explicit Parrot(std::string body) : body_(std::move(body)) {}
    Async<Result<http::Response>> send(http::Request) override {
        http::Response response;
        response.status = 200;
        response.headers.set("Content-Type", "application/json");
        response.body = body_;
        co_return response;
    }
    Async<Result<http::Response>> send(http::Request, http::Sink) override {
        co_return http::Response();
    }

private:
    std::string body_;
};

Async<> ask_token(api::TokenSource& tokens) {
    const auto token = co_await tokens.token();
    if (!token) co_return;
    must(!token->empty() && token->size() <= 8192, "a token no header can carry");
    for (const char c : *token) must(c > 0x20 && c < 0x7f, "a token that breaks its line");
}

Async<> ask_agent(http::Handler& handler, http::Request request) {
    net::Peer peer;
    const http::Response response = co_await handler(std::move(request), peer);
    must(response.takeover || (response.status >= 200 && response.status < 600), "no status");
}

}  // namespace

void token_answer(std::string_view bytes) {
    test::VirtualClock clock;
    Parrot authority{std::string(bytes)};
    const api::Credentials credentials{"cid.fuzz", "cs1.fuzz", "ak1.fuzz"};
    api::TokenSource tokens(authority, clock, credentials);
    clock.run(ask_token(tokens));
}

// One agent hears it all: what a request does to the next is part of the test.
void control_request(std::string_view bytes) {
    static test::World world;
    static http::Handler handler = agent::local_api(*world.agent, world.clock);
    http::Limits limits;
    limits.header = 4096;
    limits.body = 16 * 1024;
    http::Reader reader(http::Reader::Role::requests, limits);
    std::string pending(bytes);
    while (!reader.complete()) {
        const Result<std::size_t> taken = reader.feed(pending);
        if (!taken || *taken == 0) return;
        pending.erase(0, *taken);
    }
    world.clock.run(ask_agent(handler, std::move(reader.request())));
}

}  // namespace outrider::fuzz
