#include "client/api/line.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace outrider::api {

namespace {

using Json = nlohmann::json;
constexpr std::size_t most_words = 300;

struct Meaning {
    int from, to;  // statuses, both included; the first row that matches counts
    Fault fault;
    bool ambiguous;        // the request may have been carried out
    std::string_view fix;  // appended to the detail
};
constexpr std::array<Meaning, 12> meanings = {{
    {300, 399, Fault::malformed, false, "is there a captive portal? Sign in to the network"},
    {401, 401, Fault::unauthorised, false, "it does not take our token"},
    {403, 403, Fault::unauthorised, false,
     "check the app key, the tenant and that the app is connected to it with the scopes it needs"},
    {408, 408, Fault::busy, false, ""},
    {413, 413, Fault::too_large, false, ""},
    {425, 425, Fault::busy, false, ""},
    {429, 429, Fault::busy, false, ""},
    {400, 499, Fault::refused, false, ""},
    {503, 503, Fault::busy, true, ""},
    {511, 511, Fault::unreachable, false, "sign in to the network"},
    {500, 599, Fault::unreachable, true, ""},
    {0, 9999, Fault::malformed, true, "that is no answer of HTTP's"},
}};

// One line of at most `most_words` bytes, cut between characters.
std::string tidy(std::string_view text) {
    std::string out;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        const bool space = byte <= 0x20 || byte == 0x7f;
        if (space && (out.empty() || out.back() == ' ')) continue;
        if (out.size() >= most_words && (byte & 0xc0U) != 0x80) return out + "…";
        if (out.size() >= most_words + 4) return out;  // continuation bytes without an end
        out += space ? ' ' : c;
    }
    while (!out.empty() && out.back() == ' ') out.pop_back();
    return out;
}

std::string text_member(const Json& object, const char* name) {
    const auto found = object.find(name);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

// "[0].unitId: The unitId field is required." for the first few of RFC 7807's errors.
std::string field_errors(const Json& problem) {
    std::string out;
    const auto errors = problem.find("errors");
    if (errors == problem.end() || !errors->is_object()) return out;
    int shown = 0;
    for (const auto& [field, texts] : errors->items()) {
        if (++shown > 3) break;
        out += (out.empty() ? "" : "; ") + field;
        if (texts.is_array() && !texts.empty() && texts.front().is_string()) {
            out += ": " + texts.front().get<std::string>();
        }
    }
    return out;
}

// The peer's own words: RFC 7807's title and errors, a gateway's message, else the body's
// beginning.
std::string words_of(const http::Response& response) {
    const Json body = Json::parse(response.body, nullptr, false);
    if (!body.is_object()) {
        std::string text;
        bool tag = false;  // a portal's page is mostly tags
        for (const char c : std::string_view(response.body).substr(0, 4096)) {
            if (c == '<') tag = true;
            if (!tag) text += c;
            if (c == '>') tag = false;
            if (c == '>') text += ' ';
        }
        return tidy(text);
    }
    std::string words = text_member(body, "title");
    if (words.empty()) words = text_member(body, "message");
    if (words.empty()) words = text_member(body, "error");
    const std::string fields = field_errors(body);
    if (!fields.empty()) words += (words.empty() ? "" : " ") + fields;
    if (const std::string trace = text_member(body, "traceId"); !trace.empty()) {
        words += " (traceId " + trace + ")";
    }
    return tidy(words);
}

// "http://portal" of "http://portal/login?token=…": the rest is nobody's business.
std::string origin_of(std::string_view location) {
    const auto scheme = location.find("://");
    if (scheme == std::string_view::npos) return tidy(location.substr(0, location.find('?')));
    return tidy(location.substr(0, location.find_first_of("/?#", scheme + 3)));
}

}  // namespace

std::optional<Error> fault_of(const http::Response& response, std::string_view peer, Instant now) {
    const int status = response.status;
    if (status >= 200 && status <= 299) return std::nullopt;
    const Meaning& meaning = *std::find_if(
        meanings.begin(), meanings.end() - 1,
        [&](const Meaning& each) { return status >= each.from && status <= each.to; });
    std::string detail = fmt::format("{} answered {}", peer, status);
    const std::string location = origin_of(response.headers.get("Location"));
    const bool redirects = status >= 300 && status <= 399;
    if (redirects && !location.empty()) {
        detail = fmt::format("{} redirects to {}", peer, location);
    } else if (const std::string words = words_of(response); !words.empty()) {
        detail += ": " + words;
    }
    if (!meaning.fix.empty()) detail += fmt::format(": {}", meaning.fix);
    Error error(meaning.fault, std::move(detail));
    error.ambiguous = meaning.ambiguous;
    if (meaning.fault == Fault::busy) {
        error.wait = http::retry_after(response.headers.get("Retry-After"), now);
    }
    return error;
}

}  // namespace outrider::api
