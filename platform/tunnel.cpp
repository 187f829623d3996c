#include "platform/tunnel.hpp"

#include "platform/base64.hpp"
#include "platform/files.hpp"
#include "platform/http_wire.hpp"

#include <fmt/format.h>

namespace outrider::net {
namespace {

std::string connect_request(const Origin& origin, const std::string& credentials) {
    const bool v6 = origin.host.find(':') != std::string::npos;
    const std::string host = v6 ? "[" + origin.host + "]" : origin.host;
    const std::string target = fmt::format("{}:{}", host, origin.port);
    std::string text = fmt::format(
        "CONNECT {0} HTTP/1.1\r\nHost: {0}\r\nUser-Agent: outrider/" OUTRIDER_VERSION "\r\n",
        target);
    if (!credentials.empty()) {
        text += fmt::format("Proxy-Authorization: Basic {}\r\n", to_base64(credentials));
    }
    return text + "\r\n";
}

Error refused(const std::string& who, const Origin& origin, int status, bool had_credentials) {
    if (status == 407) {
        return Error(
            Fault::unauthorised,
            fmt::format("{} {} (407): {}", who,
                        had_credentials ? "does not take our credentials" : "wants credentials",
                        had_credentials ? "check the proxy's credentials file"
                                        : "name the proxy's credentials file"));
    }
    // The client behind us must not take it for the origin's answer: it would give up what it
    // sends.
    return Error(Fault::unreachable,
                 fmt::format("{} answered {} when asked for the way to {}: {}", who, status,
                             origin.authority(),
                             status == 403 ? "it must allow that host" : "is it the right proxy?"));
}

}  // namespace

Result<std::string> read_credentials(const Proxy& proxy) {
    if (proxy.credentials_file.empty()) return std::string();
    Result<std::string> secret = read_secret(proxy.credentials_file);
    if (!secret) return Error(Fault::unauthorised, secret.error().detail);
    if (secret->find(':') != std::string::npos) return secret;
    return Error(Fault::unauthorised,
                 proxy.credentials_file +
                     " holds no user:password: write the proxy's user, a colon and the password "
                     "into it");
}

Async<Result<>> open_tunnel(Stream& stream, const Proxy& proxy, std::string credentials,
                            const Origin& origin) {
    const std::string who = "the proxy " + proxy.origin.authority();
    const std::string request = connect_request(origin, credentials);
    const Result<> written = co_await stream.write(request);
    if (!written) co_return written;
    // An answer to CONNECT has no body, like one to HEAD.
    const http::Limits limits;
    http::Reader reader(http::Reader::Role::answers_to_head, limits);
    std::string pending;
    const Result<> received = co_await http::receive(stream, reader, pending, http::Until::header);
    if (!received && received.error().fault == Fault::cancelled) co_return received;
    if (!received) {
        co_return Error(Fault::unreachable, fmt::format("{} gave no answer to be used: {}", who,
                                                        received.error().detail));
    }
    const int status = reader.response().status;
    if (status / 100 != 2) co_return refused(who, origin, status, !credentials.empty());
    // In TLS it is we who speak first.
    if (!pending.empty()) {
        co_return Error(Fault::unreachable, who + " sends what nobody asked for");
    }
    co_return Result<>();
}

}  // namespace outrider::net
