#include "client/cli/config_settings.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <cstdlib>

namespace outrider::cli {

namespace {

// "127.0.0.1:8088" or "[::1]:8088".
Result<> listen_at(const std::string& given, office::OfficeSettings& settings) {
    const auto colon = given.rfind(':');
    std::uint16_t port = 0;
    const char* const end = given.data() + given.size();
    const char* const digits = colon == std::string::npos ? end : given.data() + colon + 1;
    const auto read = std::from_chars(digits, end, port);
    if (colon == 0 || digits == end || read.ec != std::errc() || read.ptr != end) {
        return Error(Fault::malformed,
                     fmt::format("{} is no address: give HOST:PORT, such as 127.0.0.1:8088",
                                 in_quotes(given)));
    }
    std::string host = given.substr(0, colon);
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    settings.host = std::move(host);
    settings.port = port;
    return {};
}

bool two_digits(const std::string& text, std::size_t at, int& value) {
    const char* const first = text.data() + at;
    const auto read = std::from_chars(first, first + 2, value);
    return read.ec == std::errc() && read.ptr == first + 2 && value >= 0;
}

Setting listen(office::OfficeSettings& s) {
    Setting setting;
    setting.key = "listen";
    setting.doc = "address and port to listen at; port 0 lets the system choose";
    setting.show = [&s] {
        const bool v6 = s.host.find(':') != std::string::npos;
        return in_quotes(v6 ? fmt::format("[{}]:{}", s.host, s.port)
                            : fmt::format("{}:{}", s.host, s.port));
    };
    setting.set = [&s](const Value& value) -> Result<> {
        const auto* given = std::get_if<std::string>(&value);
        return listen_at(given == nullptr ? "" : *given, s);
    };
    return setting;
}

// "-08:00"; a day's midnight is nowhere further from UTC than 14 hours.
Setting utc_offset(office::OfficeSettings& s) {
    Setting setting;
    setting.key = "utc_offset";
    setting.doc = "the office's own time, as +HH:MM or -HH:MM from UTC; its days begin by it";
    setting.show = [&s] {
        const auto minutes = std::chrono::duration_cast<std::chrono::minutes>(s.utc_offset).count();
        return in_quotes(fmt::format("{}{:02}:{:02}", minutes < 0 ? '-' : '+',
                                     std::abs(minutes) / 60, std::abs(minutes) % 60));
    };
    setting.set = [&s](const Value& value) -> Result<> {
        const auto* given = std::get_if<std::string>(&value);
        const std::string text = given == nullptr ? "" : *given;
        int hours = 0, minutes = 0;
        const bool shaped =
            text.size() == 6 && (text[0] == '+' || text[0] == '-') && text[3] == ':';
        if (!shaped || !two_digits(text, 1, hours) || !two_digits(text, 4, minutes) ||
            minutes > 59 || hours * 60 + minutes > 14 * 60) {
            return Error(Fault::malformed,
                         fmt::format("{} is no offset from UTC: give one from -14:00 to +14:00",
                                     in_quotes(text)));
        }
        const auto off = std::chrono::hours(hours) + std::chrono::minutes(minutes);
        s.utc_offset = text[0] == '-' ? -Duration(off) : Duration(off);
        return {};
    };
    return setting;
}

Setting check_in(office::OfficeSettings& s) {
    return choice(
        "check_in", [&s] { return s.check_in_lasts ? "lasting" : "daily"; },
        {{"daily", [&s] { s.check_in_lasts = false; }},
         {"lasting", [&s] { s.check_in_lasts = true; }}},
        "until when a technician is checked in: daily, to the end of the office's day, or lasting, "
        "until it is changed, as in a company without clock-in and clock-out");
}

}  // namespace

// Without a file everything that arrived is forgotten at the end.
OfficeDraft::OfficeDraft() { settings.database = ":memory:"; }

std::vector<Setting> office_table(OfficeDraft& draft) {
    auto& s = draft.settings;
    std::vector<Setting> table;
    table.push_back(listen(s));
    table.push_back(text("database", s.database, not_empty,
                         "file that keeps every ping received; :memory: keeps nothing"));
    table.push_back(text("control", s.control_socket, anything,
                         "unix socket for its switches, such as /office/v1/faults"));
    table.push_back(text("tls_certificate", draft.tls.certificate_file, anything,
                         "PEM file: speak TLS, together with tls_key"));
    table.push_back(text("tls_key", draft.tls.key_file, anything, "PEM file"));
    table.push_back(text("tenant", s.tenant, not_empty, "the tenant's number"));
    table.push_back(text("gps_provider", s.gps_provider, not_empty, "the GPS provider's name"));
    table.push_back(text("client_id", s.client_id, not_empty, "the client id it knows"));
    table.push_back(text("client_secret_file", draft.client_secret_file, anything,
                         "file with the client secret; cs1.demo without one"));
    table.push_back(text("app_key_file", draft.app_key_file, anything,
                         "file with the app key; ak1.demo without one"));
    table.push_back(seconds("token_life", s.token_life, {1, 86400}, "seconds a token lives"));
    table.push_back(seconds("accept_past", s.accept_past, {1, 1e9},
                            "seconds: a ping with an older eventTime fails"));
    table.push_back(seconds("accept_future", s.accept_future, {1, 1e9},
                            "seconds: one so far ahead of our clock fails, too"));
    table.push_back(whole("requests_per_second", s.requests_per_second, {0, 100000},
                          "more are answered 429; 0 sets no limit"));
    table.push_back(texts("unit", s.units, "a known unit id, once for each; all are without any"));
    table.push_back(text("seed", s.seed, anything,
                         "TOML file to fill empty books from; sample: a day that is built in"));
    table.push_back(utc_offset(s));
    table.push_back(check_in(s));
    table.push_back(text("public_url", s.public_url, anything,
                         "what links for customers begin with; where it listens without one"));
    return table;
}

}  // namespace outrider::cli
