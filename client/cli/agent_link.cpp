#include "client/cli/agent_link.hpp"

#include "client/api/local.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace outrider::cli {

namespace {

constexpr Duration connect_limit = std::chrono::seconds(2);
constexpr Duration answer_limit = std::chrono::seconds(5);
constexpr std::size_t line_limit = 64 * 1024;

// Cuts what arrives in pieces into lines.
class LineCutter {
public:
    explicit LineCutter(AgentLink::Each each) : each_(std::move(each)) {}

    Result<> add(std::string_view piece) {
        for (;;) {
            const auto end = piece.find('\n');
            if (rest_.size() + std::min(end, piece.size()) > line_limit) {
                return Error(Fault::malformed, "the agent sent a line of more than 64 KiB");
            }
            rest_ += piece.substr(0, end);
            if (end == std::string_view::npos) return {};
            piece.remove_prefix(end + 1);
            const std::string line = std::move(rest_);
            rest_.clear();
            if (line.empty()) continue;
            if (auto taken = each_(line); !taken) return taken;
        }
    }
    bool in_a_line() const { return !rest_.empty(); }

private:
    AgentLink::Each each_;
    std::string rest_;
};

}  // namespace

AgentLink::AgentLink(Executor executor, Clock& clock, std::string socket)
    : socket_(std::move(socket)),
      connector_(net::unix_connector(executor, clock, socket_, connect_limit)) {
    http::ClientOptions options;
    options.limit = answer_limit;
    client_ = http::make_client(*connector_, clock, std::move(options));
}

AgentLink::AgentLink(std::unique_ptr<http::Client> client, std::string socket)
    : socket_(std::move(socket)), client_(std::move(client)) {}

Error AgentLink::failure(const Error& error) const {
    if (error.fault != Fault::unreachable) return error;
    if (error.ambiguous) {
        Error broken(
            Fault::unreachable,
            fmt::format("the agent at {} gave no whole answer, it hangs or has ended: see why "
                        "with `journalctl -u outrider -e` ({})",
                        socket_, error.detail));
        broken.ambiguous = true;
        return broken;
    }
    const bool forbidden = error.detail.find(std::strerror(EACCES)) != std::string::npos;
    return Error(Fault::unreachable,
                 fmt::format("no agent answers at {}: {} ({})", socket_,
                             forbidden ? "join its group with `usermod -aG outrider NAME`"
                                       : "start it with `systemctl start outrider`",
                             error.detail));
}

Result<> AgentLink::refusal(const http::Response& response) const {
    if (response.status == 200) return {};
    Fault fault = response.status >= 500 ? Fault::busy : Fault::refused;
    if (response.status == 403) fault = Fault::unauthorised;
    if (response.status == 409) fault = Fault::busy;  // not as things stand
    std::string words = api::parse_problem(response.body);
    if (words.empty()) words = response.body.substr(0, 500);
    return Error(fault,
                 fmt::format("the agent at {} answered {}: {}", socket_, response.status, words));
}

Async<Result<std::string>> AgentLink::ask(std::string target) {
    http::Request request;
    request.target = std::move(target);
    co_return co_await exchange(std::move(request));
}

Async<Result<std::string>> AgentLink::post(std::string target, std::string body) {
    http::Request request;
    request.method = "POST";
    request.target = std::move(target);
    request.body = std::move(body);
    request.headers.set("Content-Type", "application/json");
    co_return co_await exchange(std::move(request));
}

Async<Result<std::string>> AgentLink::exchange(http::Request request) {
    auto response = co_await client_->send(std::move(request));
    if (!response) co_return failure(response.error());
    if (auto ok = refusal(*response); !ok) co_return ok.error();
    co_return std::move(response->body);
}

Async<Result<http::Response>> AgentLink::tap(std::string target) {
    http::Request request;
    request.method = "POST";
    request.target = std::move(target);
    auto response = co_await client_->send(std::move(request));
    if (!response) co_return failure(response.error());
    if (response->status == 202 || response->status == 409) co_return response;
    if (auto ok = refusal(*response); !ok) co_return ok.error();
    co_return response;
}

Async<Result<>> AgentLink::lines(std::string target, Each each) {
    http::Request request;
    request.target = std::move(target);
    LineCutter cutter(std::move(each));
    http::Sink sink = [&cutter](std::string_view piece) { return cutter.add(piece); };
    auto response = co_await client_->send(std::move(request), std::move(sink));
    if (!response) co_return failure(response.error());
    if (auto ok = refusal(*response); !ok) co_return ok.error();
    if (cutter.in_a_line()) {
        Error error(Fault::malformed, "the agent's answer ended in the middle of a line");
        co_return error;
    }
    co_return Result<>();
}

}  // namespace outrider::cli
