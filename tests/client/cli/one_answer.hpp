#pragma once
// A command with an agent at the other end that has one answer.

#include "client/cli/commands.hpp"
#include "tests/support/result.hpp"
#include "tests/support/virtual_clock.hpp"

#include <memory>
#include <string>

namespace outrider::test {

using namespace outrider::cli;

// An agent that gives every question the same answer, in pieces of three bytes.
class OneAnswer final : public http::Client {
public:
    explicit OneAnswer(Result<http::Response> answer) : answer_(std::move(answer)) {}
    std::string asked;

    Async<Result<http::Response>> send(http::Request request) override {
        asked = request.target;
        co_return answer_;
    }
    Async<Result<http::Response>> send(http::Request request, http::Sink sink) override {
        asked = request.target;
        if (!answer_ || answer_->status != 200) co_return answer_;
        const std::string& body = answer_->body;
        for (std::size_t i = 0; i < body.size(); i += 3) {
            const auto taken = sink(body.substr(i, 3));
            if (!taken) co_return taken.error();
        }
        co_return answer_;
    }

private:
    Result<http::Response> answer_;
};

struct Bench {
    explicit Bench(Result<http::Response> answer)
        : client(new OneAnswer(std::move(answer))),
          link(std::unique_ptr<http::Client>(client), "/run/outrider/outrider.sock") {}
    explicit Bench(std::string body) : Bench(response(200, std::move(body))) {}

    static http::Response response(int status, std::string body) {
        http::Response r;
        r.status = status;
        r.body = std::move(body);
        return r;
    }

    VirtualClock clock;
    std::string out, err;
    Result<> can_write;
    OneAnswer* client;
    AgentLink link;
    Console console{[this](std::string_view text) -> Result<> {
                        out += text;
                        return can_write;
                    },
                    [this](std::string_view text) { err += text; }, Style{}};
    Surroundings around;
    Context context{clock.executor(), clock, console, around};
};

}  // namespace outrider::test
