#include "platform/stream.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace outrider::net {
namespace {

constexpr std::size_t longest_host = 253;
constexpr std::size_t longest_label = 63;

struct Scheme {
    std::string_view prefix;
    bool tls;
    std::uint16_t port;
};
constexpr std::array<Scheme, 2> schemes = {{{"https://", true, 443}, {"http://", false, 80}}};

std::uint16_t default_port(bool tls) { return tls ? schemes[0].port : schemes[1].port; }

std::string lower(std::string_view text) {
    std::string out(text);
    for (char& c : out) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return out;
}

bool is_v4(const std::string& host) {
    in_addr address{};
    return ::inet_pton(AF_INET, host.c_str(), &address) == 1;
}

bool is_v6(const std::string& host) {
    in6_addr address{};
    return ::inet_pton(AF_INET6, host.c_str(), &address) == 1;
}

bool is_label(std::string_view label) {
    const auto fits = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    };
    return !label.empty() && label.size() <= longest_label && label.front() != '-' &&
           label.back() != '-' && std::ranges::all_of(label, fits);
}

bool is_name(std::string_view host) {
    if (host.empty() || host.size() > longest_host) return false;
    for (std::string_view rest = host;;) {
        const std::size_t dot = rest.find('.');
        const std::string_view label = rest.substr(0, dot);
        if (!is_label(label)) return false;
        if (dot == std::string_view::npos) {
            // The C library would read 127.1 or 0x7f000001 as addresses of its own.
            return label.front() < '0' || label.front() > '9';
        }
        rest.remove_prefix(dot + 1);
    }
}

Error wrong(std::string_view url, std::string_view why) {
    return Error(Fault::malformed, fmt::format("\"{}\" is no origin: {}; write it like "
                                               "https://api.example.com or http://127.0.0.1:8080",
                                               url.substr(0, 300), why));
}

std::string bracketed(const std::string& host) {
    return host.find(':') == std::string::npos ? host : "[" + host + "]";
}

}  // namespace

std::string Origin::url() const { return (tls ? "https://" : "http://") + authority(); }

std::string Origin::authority() const {
    if (port == default_port(tls)) return bracketed(host);
    return fmt::format("{}:{}", bracketed(host), port);
}

bool Origin::loopback() const {
    if (host == "localhost") return true;
    if (is_v4(host)) return host.starts_with("127.");
    in6_addr address{};
    return ::inet_pton(AF_INET6, host.c_str(), &address) == 1 && IN6_IS_ADDR_LOOPBACK(&address);
}

Result<Origin> parse_origin(std::string_view url) {
    const std::string text = lower(url);
    const auto scheme =
        std::ranges::find_if(schemes, [&](const Scheme& s) { return text.starts_with(s.prefix); });
    if (scheme == schemes.end()) return wrong(url, "it starts with neither https:// nor http://");

    Origin origin;
    origin.tls = scheme->tls;
    origin.port = scheme->port;
    std::string_view rest = std::string_view(text).substr(scheme->prefix.size());
    if (rest.ends_with('/')) rest.remove_suffix(1);
    if (rest.find_first_of("/?#") != std::string_view::npos) {
        return wrong(url, "nothing may follow the host and port");
    }
    if (rest.find('@') != std::string_view::npos) {
        return wrong(url, "a user name and password have no place in it");
    }

    std::string_view port;
    if (rest.starts_with('[')) {
        const std::size_t end = rest.find(']');
        if (end == std::string_view::npos) return wrong(url, "the ] after the address is missing");
        origin.host = rest.substr(1, end - 1);
        port = rest.substr(end + 1);
        if (!is_v6(origin.host)) return wrong(url, "there is no IPv6 address in the brackets");
    } else {
        const std::size_t colon = std::min(rest.find(':'), rest.size());
        origin.host = rest.substr(0, colon);
        port = rest.substr(colon);
        if (!is_v4(origin.host) && !is_name(origin.host)) {
            return wrong(url, "the host is neither a name nor an address");
        }
    }
    if (!port.empty()) {
        const char* first = port.data() + 1;
        const char* last = port.data() + port.size();
        const auto [end, failure] = std::from_chars(first, last, origin.port);
        if (port.front() != ':' || failure != std::errc() || end != last || origin.port == 0) {
            return wrong(url, "the port is no number from 1 to 65535");
        }
    }
    return origin;
}

Result<Origin> parse_proxy(std::string_view url) {
    if (url.find('@') != std::string_view::npos) {
        return Error(
            Fault::malformed,
            "a user name and password have no place in the proxy's address, where everybody "
            "reads them: put them into its credentials file");
    }
    Result<Origin> origin = parse_origin(url);
    if (!origin || !origin->tls) return origin;
    return Error(Fault::malformed,
                 fmt::format("\"{}\" is no proxy of ours: begin it with http://; what we send "
                             "through it is encrypted all the way",
                             url.substr(0, 300)));
}

}  // namespace outrider::net
