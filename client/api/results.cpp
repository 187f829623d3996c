#include "client/api/results.hpp"

#include <boost/json/basic_parser_impl.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cctype>
#include <limits>
#include <optional>

namespace outrider::api {

namespace {

constexpr std::size_t most_message = 4096;
constexpr int most_depth = 32;

using Failed = boost::json::error_code;
using Text = boost::json::string_view;

// What Boost's parser calls for each piece it sees; returning false ends the parsing. No tree is
// built, and nothing copied that is not asked for: the answer to a full batch is long.
class ResultsReader {
public:
    static constexpr std::size_t max_object_size = std::numeric_limits<std::size_t>::max();
    static constexpr std::size_t max_array_size = max_object_size;
    static constexpr std::size_t max_key_size = max_object_size;
    static constexpr std::size_t max_string_size = max_object_size;

    bool on_document_begin(Failed&) { return true; }
    bool on_document_end(Failed&) { return true; }
    bool on_null(Failed& failed) { return value(Kind::null, failed); }
    bool on_bool(bool, Failed& failed) { return value(Kind::other, failed); }
    bool on_int64(std::int64_t, Text, Failed& failed) { return value(Kind::other, failed); }
    bool on_uint64(std::uint64_t, Text, Failed& failed) { return value(Kind::other, failed); }
    bool on_double(double, Text, Failed& failed) { return value(Kind::other, failed); }
    bool on_number_part(Text, Failed&) { return true; }
    bool on_comment_part(Text, Failed&) { return true; }
    bool on_comment(Text, Failed&) { return true; }
    // A text with escapes in it comes in parts.
    bool on_string_part(Text part, std::size_t, Failed&) { return add(part); }
    bool on_string(Text part, std::size_t, Failed& failed) {
        text_ = whole(part);
        const bool wanted = value(Kind::text, failed);
        parts_.clear();
        return wanted;
    }
    bool on_key_part(Text part, std::size_t, Failed&) { return add(part); }
    bool on_key(Text part, std::size_t, Failed&) {
        if (depth_ == 2) member_ = whole(part);
        parts_.clear();
        return true;
    }

    bool on_array_begin(Failed& failed) {
        if (depth_ == 0) return enter(failed);
        return depth_ == 1 ? refuse("a result that is no object", failed) : nested(failed);
    }
    bool on_array_end(std::size_t, Failed&) { return leave(); }
    bool on_object_begin(Failed& failed) {
        if (depth_ == 0) return refuse("an object where an array of results belongs", failed);
        if (depth_ > 1) return nested(failed);
        seen_id_ = seen_status_ = false;
        results.emplace_back();
        return enter(failed);
    }
    bool on_object_end(std::size_t, Failed& failed) {
        if (depth_ == 2 && !seen_id_) return refuse("a result without externalId", failed);
        if (depth_ == 2 && !seen_status_) return refuse("a result without status", failed);
        return leave();
    }

    std::vector<PingResult> results;
    std::string complaint = "something that is no JSON";

private:
    enum class Kind { text, null, other };

    bool add(Text part) {
        if (parts_.size() <= most_message) parts_.append(part.data(), part.size());
        return true;
    }
    std::string_view whole(Text last) {
        if (parts_.empty()) return {last.data(), last.size()};
        add(last);
        return parts_;
    }
    bool refuse(const char* why, Failed& failed) {
        complaint = why;
        failed = boost::json::error::exception;
        return false;
    }
    bool enter(Failed& failed) {
        return ++depth_ <= most_depth || refuse("JSON nested too deeply", failed);
    }
    bool leave() {
        --depth_;
        return true;
    }
    bool nested(Failed& failed) {
        const bool ours = member_ == "externalId" || member_ == "status" || member_ == "message";
        if (depth_ == 2 && ours) return refuse("a result whose members are not text", failed);
        return enter(failed);
    }
    bool value(Kind kind, Failed& failed) {
        if (depth_ == 0) return refuse("no array of results", failed);
        if (depth_ == 1) return refuse("a result that is no object", failed);
        if (depth_ > 2) return true;
        PingResult& result = results.back();
        if (member_ == "externalId") {
            if (kind != Kind::text) return refuse("an externalId that is not text", failed);
            result.external_id = text_;
            seen_id_ = true;
        } else if (member_ == "status") {
            if (kind != Kind::text) return refuse("a status that is not text", failed);
            result.status = text_ == "Success" ? PingResult::Status::success
                            : text_ == "Fail"  ? PingResult::Status::fail
                                               : PingResult::Status::other;
            seen_status_ = true;
        } else if (member_ == "message") {
            if (kind == Kind::other) return refuse("a message that is not text", failed);
            if (kind == Kind::text) result.message = text_.substr(0, most_message);
        }
        return true;
    }

    int depth_ = 0;
    std::string parts_, member_;
    std::string_view text_;  // the value's, as long as it is looked at
    bool seen_id_ = false, seen_status_ = false;
};

}  // namespace

Result<std::vector<PingResult>> parse_ping_results(std::string_view json) {
    boost::json::parse_options options;
    options.max_depth = std::size_t{2} * most_depth;  // ours comes first
    boost::json::basic_parser<ResultsReader> parser(options);
    Failed failed;
    const std::size_t read = parser.write_some(false, json.data(), json.size(), failed);
    ResultsReader& reader = parser.handler();
    if (failed || read != json.size()) return Error(Fault::malformed, reader.complaint);
    return std::move(reader.results);
}

Result<std::vector<HeldPing>> parse_read_back(const std::string& json) {
    const auto document = nlohmann::json::parse(json, nullptr, false);
    const auto data = document.is_object() ? document.find("data") : document.end();
    if (!document.is_object() || data == document.end() || !data->is_array()) {
        return Error(Fault::malformed, "no list of pings");
    }
    std::vector<HeldPing> held;
    const auto number = [](const nlohmann::json& ping,
                           const char* member) -> std::optional<double> {
        const auto found = ping.find(member);
        if (found == ping.end() || !found->is_number()) return std::nullopt;
        return found->get<double>();
    };
    for (const auto& ping : *data) {
        const auto text = ping.is_object() ? ping.find("utcDateTime") : ping.end();
        if (!ping.is_object() || text == ping.end() || !text->is_string()) {
            return Error(Fault::malformed, "a ping without utcDateTime");
        }
        auto time = parse_rfc3339(text->get_ref<const std::string&>());
        if (!time) return Error(Fault::malformed, "a ping of no time: " + time.error().detail);
        held.push_back({*time, number(ping, "latitude"), number(ping, "longitude")});
    }
    return held;
}

bool is_json(const http::Headers& headers) {
    std::string type(headers.get("Content-Type"));
    type.resize(std::min(type.find(';'), type.size()));
    while (!type.empty() && (type.back() == ' ' || type.back() == '\t')) type.pop_back();
    std::transform(type.begin(), type.end(), type.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return type == "application/json" ||
           (type.starts_with("application/") && type.ends_with("+json"));
}

}  // namespace outrider::api
