#pragma once
// An HTTP client and the scripted server it talks to.

#include "platform/http.hpp"
#include "tests/support/memory_stream.hpp"
#include "tests/support/virtual_clock.hpp"

#include <memory>
#include <string>
#include <vector>

namespace outrider::http {

enum class Then { listen, hang_up, reset };

// Answers each request with the next of `answers`, and does `then` after the last.
inline test::MemoryConnector::Peer script(std::vector<std::string> answers, Then then,
                                          std::vector<std::string>* heard = nullptr) {
    struct Script {
        std::vector<std::string> answers;
        Then then;
        std::vector<std::string>* heard;
        static Async<> play(net::Stream& stream, std::vector<std::string> lines, Then end,
                            std::vector<std::string>* into) {
            for (const std::string& line : lines) {
                const std::string request = co_await test::read_request(stream);
                if (request.empty()) co_return;
                if (into != nullptr) into->push_back(request);
                const Result<> written = co_await stream.write(line);
                if (!written) co_return;
            }
            if (end == Then::reset) stream.reset();
            if (end != Then::listen) co_return;
            const std::string more = co_await test::read_request(stream);
            if (into != nullptr && !more.empty()) into->push_back(more);
            const std::string end_of_stream = co_await test::read_until(stream, "never");
        }
    };
    return [=](net::Stream& stream) { return Script::play(stream, answers, then, heard); };
}

struct World {
    explicit World(test::MemoryConnector::Peer peer, Limits limits = {})
        : connector(clock.executor(), std::move(peer)) {
        ClientOptions options;
        options.host = "office.example";
        options.limit = std::chrono::seconds(30);
        options.limits = limits;
        client = make_client(connector, clock, options);
    }
    Result<Response> get(const std::string& target = "/") {
        return clock.run(client->send(Request{"GET", target, {}, {}}));
    }
    Result<Response> post(const std::string& body) {
        return clock.run(client->send(Request{"POST", "/", {}, body}));
    }

    test::VirtualClock clock;
    test::MemoryConnector connector;
    std::unique_ptr<Client> client;
};

inline const std::string hello = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

}  // namespace outrider::http
