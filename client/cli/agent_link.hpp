#pragma once
// Asking the agent over its unix socket, and saying what to do when it does not answer.

#include "platform/http.hpp"

#include <functional>
#include <memory>
#include <string>

namespace outrider::cli {

// The connection to one agent's socket.
class AgentLink {
public:
    AgentLink(Executor, Clock&, std::string socket);
    // For tests: any client in its place.
    AgentLink(std::unique_ptr<http::Client>, std::string socket);

    // The body of a 200. Everything else is an error that names the socket and the way out.
    Async<Result<std::string>> ask(std::string target);
    // The same for what changes something.
    Async<Result<std::string>> post(std::string target, std::string body);
    // A tap: its answer with status 202, or 409 when it is against the rule. Everything else is an
    // error, as above.
    Async<Result<http::Response>> tap(std::string target);
    // The same, given line by line without the newline; ends with the first error of `each`, or
    // when the agent ends the answer. A line is at most 64 KiB.
    using Each = std::function<Result<>(std::string_view line)>;
    Async<Result<>> lines(std::string target, Each each);
    const std::string& socket() const { return socket_; }

private:
    Async<Result<std::string>> exchange(http::Request);
    Error failure(const Error&) const;
    Result<> refusal(const http::Response&) const;

    std::string socket_;
    std::unique_ptr<net::Connector> connector_;
    std::unique_ptr<http::Client> client_;
};

}  // namespace outrider::cli
