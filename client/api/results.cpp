#include "client/api/results.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cctype>
#include <optional>

namespace outrider::api {

namespace {

constexpr std::size_t most_message = 4096;
constexpr int most_depth = 32;

// Reads without building a tree: an answer to a full batch costs a third of the time. nlohmann
// calls it for each value; returning false ends the parsing.
class ResultsReader {
public:
    bool null() { return value({}, true); }
    bool boolean(bool) { return value({}, false); }
    bool number_integer(std::int64_t) { return value({}, false); }
    bool number_unsigned(std::uint64_t) { return value({}, false); }
    bool number_float(double, const std::string&) { return value({}, false); }
    bool binary(std::vector<std::uint8_t>&) { return false; }
    bool string(std::string& text) { return value(&text, false); }

    bool start_array(std::size_t) {
        if (depth_ == 0) return enter();
        return depth_ == 1 ? refuse("a result that is no object") : nested();
    }
    bool end_array() { return leave(); }

    bool start_object(std::size_t) {
        if (depth_ == 0) return refuse("an object where an array of results belongs");
        if (depth_ > 1) return nested();
        seen_id_ = seen_status_ = false;
        results.emplace_back();
        return enter();
    }
    bool key(std::string& name) {
        if (depth_ == 2) member_ = name;
        return true;
    }
    bool end_object() {
        if (depth_ == 2 && !seen_id_) return refuse("a result without externalId");
        if (depth_ == 2 && !seen_status_) return refuse("a result without status");
        return leave();
    }
    bool parse_error(std::size_t, const std::string&, const nlohmann::json::exception&) {
        return refuse("something that is no JSON");
    }

    std::vector<PingResult> results;
    std::string complaint;

private:
    bool refuse(const char* why) {
        if (complaint.empty()) complaint = why;
        return false;
    }
    bool enter() {
        if (++depth_ > most_depth) return refuse("JSON nested too deeply");
        return true;
    }
    bool leave() {
        --depth_;
        return true;
    }
    bool nested() {
        const bool ours = member_ == "externalId" || member_ == "status" || member_ == "message";
        if (depth_ == 2 && ours) return refuse("a result whose members are not text");
        return enter();
    }
    // A scalar; `text` when it is a string.
    bool value(const std::string* text, bool null) {
        if (depth_ == 0) return refuse("no array of results");
        if (depth_ == 1) return refuse("a result that is no object");
        if (depth_ > 2) return true;
        PingResult& result = results.back();
        if (member_ == "externalId") {
            if (text == nullptr) return refuse("an externalId that is not text");
            result.external_id = *text;
            seen_id_ = true;
        } else if (member_ == "status") {
            if (text == nullptr) return refuse("a status that is not text");
            result.status = *text == "Success" ? PingResult::Status::success
                            : *text == "Fail"  ? PingResult::Status::fail
                                               : PingResult::Status::other;
            seen_status_ = true;
        } else if (member_ == "message") {
            if (text == nullptr && !null) return refuse("a message that is not text");
            if (text != nullptr) result.message = text->substr(0, most_message);
        }
        return true;
    }

    int depth_ = 0;
    std::string member_;
    bool seen_id_ = false, seen_status_ = false;
};

}  // namespace

Result<std::vector<PingResult>> parse_ping_results(std::string_view json) {
    ResultsReader reader;
    if (!nlohmann::json::sax_parse(json, &reader)) {
        return Error(Fault::malformed, reader.complaint);
    }
    return std::move(reader.results);
}

Result<std::vector<Instant>> parse_read_back(const std::string& json) {
    const auto document = nlohmann::json::parse(json, nullptr, false);
    const auto data = document.is_object() ? document.find("data") : document.end();
    if (!document.is_object() || data == document.end() || !data->is_array()) {
        return Error(Fault::malformed, "no list of pings");
    }
    std::vector<Instant> times;
    for (const auto& ping : *data) {
        const auto text = ping.is_object() ? ping.find("utcDateTime") : ping.end();
        if (!ping.is_object() || text == ping.end() || !text->is_string()) {
            return Error(Fault::malformed, "a ping without utcDateTime");
        }
        auto time = parse_rfc3339(text->get_ref<const std::string&>());
        if (!time) return Error(Fault::malformed, "a ping of no time: " + time.error().detail);
        times.push_back(*time);
    }
    return times;
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
