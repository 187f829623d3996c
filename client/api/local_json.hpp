#pragma once
// How local.hpp's documents become JSON and are read again; only for the sources behind it.

#include "client/api/local.hpp"
#include "client/api/local_day.hpp"
#include "client/api/move.hpp"
#include "client/api/privacy.hpp"

#include <nlohmann/json.hpp>

#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace outrider::api {

using Json = nlohmann::ordered_json;

inline constexpr std::array<std::string_view, 3> healths = {"ok", "degraded", "down"};
inline constexpr std::array<std::string_view, 2> card_kinds = {"refused", "suggestion"};
inline constexpr auto replace = Json::error_handler_t::replace;  // of what is not UTF-8

// Text that is JSON itself, and stands as such in a document.
struct JsonText {
    std::string text;
};

// Each document's members stand once, in a function template `members(archive, document)`; a Writer
// and a Reader walk them. What is unknown is null, and so is, by nlohmann, what is not finite.
class Writer {
public:
    template <class T>
    void operator()(const char* name, const T& value) {
        json_[name] = write(value);
    }
    template <class T>
    void object(const char* name, const T& value) {
        Writer inner;
        members(inner, value);
        json_[name] = std::move(inner.json_);
    }
    template <class T>
    void object(const char* name, const std::optional<T>& value) {
        if (value) {
            object(name, *value);
        } else {
            json_[name] = nullptr;
        }
    }
    template <class T>
    void objects(const char* name, const std::vector<T>& values) {
        json_[name] = Json::array();
        for (const T& value : values) {
            Writer inner;
            members(inner, value);
            json_[name].push_back(std::move(inner.json_));
        }
    }
    std::string text() const { return json_.dump(-1, ' ', false, replace); }

private:
    static Json write(const std::string& value) { return value; }
    static Json write(dispatch::Verb value) { return word(value); }
    static Json write(dispatch::Status value) { return dispatch::name(value); }
    static Json write(const std::vector<std::string>& value) { return value; }
    static Json write(const std::vector<std::int64_t>& value) { return value; }
    static Json write(const std::vector<dispatch::Verb>& value) {
        Json json = Json::array();
        for (const dispatch::Verb verb : value) json.push_back(word(verb));
        return json;
    }
    static Json write(const std::map<std::string, std::int64_t>& value) { return value; }
    static Json write(bool value) { return value; }
    static Json write(const JsonText& value) {
        Json json = Json::parse(value.text, nullptr, false);
        return json.is_discarded() ? Json(value.text) : json;
    }
    static Json write(offline::Lane value) { return offline::name(value); }
    static Json write(std::int64_t value) { return value; }
    static Json write(int value) { return value; }
    static Json write(double value) { return value; }
    static Json write(Duration value) { return static_cast<double>(value.count()) / 1000; }
    static Json write(Instant value) { return to_rfc3339(value); }
    static Json write(Uptime value) { return value.time_since_epoch().count(); }
    static Json write(Status::Health value) { return healths[static_cast<std::size_t>(value)]; }
    static Json write(Card::Kind value) { return card_kinds[static_cast<std::size_t>(value)]; }
    static Json write(gps::Verdict value) { return gps::name(value); }
    static Json write(gps::Cause value) { return gps::name(value); }
    template <class T>
    static Json write(const std::optional<T>& value) {
        return value ? write(*value) : Json(nullptr);
    }

    Json json_ = Json::object();
};

class Reader {
public:
    explicit Reader(const Json& json, std::string path = {}) : json_(json), path_(std::move(path)) {
        if (!json_.is_object()) complain("");
    }
    template <class T>
    void operator()(const char* name, T& value) {
        if (!complaint_.empty()) return;
        const auto found = json_.find(name);
        static const Json null;
        if (!read(found == json_.end() ? null : *found, value)) complain(name);
    }
    template <class T>
    void object(const char* name, T& value) {
        if (!complaint_.empty()) return;
        const auto found = json_.find(name);
        if (found == json_.end()) return complain(name);
        Reader inner(*found, path_ + name + ".");
        if (inner.complaint_.empty()) members(inner, value);
        complaint_ = inner.complaint_;
    }
    template <class T>
    void object(const char* name, std::optional<T>& value) {
        if (!complaint_.empty()) return;
        const auto found = json_.find(name);
        value.reset();
        if (found != json_.end() && !found->is_null()) object(name, value.emplace(T()));
    }
    template <class T>
    void objects(const char* name, std::vector<T>& values) {
        if (!complaint_.empty()) return;
        values.clear();
        const auto found = json_.find(name);
        if (found == json_.end() || !found->is_array()) return complain(name);
        for (const Json& each : *found) {
            Reader inner(each, path_ + name + "[].");
            if (inner.complaint_.empty()) members(inner, values.emplace_back());
            complaint_ = inner.complaint_;
            if (!complaint_.empty()) return;
        }
    }
    const std::string& complaint() const { return complaint_; }

private:
    void complain(const char* name) {
        const std::string where = path_ + name;
        complaint_ =
            where.empty() ? "no JSON object" : "'" + where + "' missing or of a wrong kind";
    }
    static bool read(const Json& json, std::string& value) {
        if (json.is_string()) value = json.get<std::string>();
        return json.is_string();
    }
    template <class T>
    static bool read(const Json& json, std::vector<T>& value) {
        if (!json.is_array()) return false;
        value.clear();
        for (const Json& each : json) {
            if (!read(each, value.emplace_back())) return false;
        }
        return true;
    }
    static bool read(const Json& json, bool& value) {
        if (json.is_boolean()) value = json.get<bool>();
        return json.is_boolean();
    }
    static bool read(const Json& json, dispatch::Verb& value) {
        const auto verb = json.is_string() ? verb_of(json.get_ref<const std::string&>())
                                           : std::optional<dispatch::Verb>();
        if (verb) value = *verb;
        return verb.has_value();
    }
    static bool read(const Json& json, dispatch::Status& value) {
        for (int i = 0; i <= static_cast<int>(dispatch::Status::done); ++i) {
            if (json != dispatch::name(static_cast<dispatch::Status>(i))) continue;
            value = static_cast<dispatch::Status>(i);
            return true;
        }
        return false;
    }
    static bool read(const Json& json, JsonText& value) {
        if (json.is_string()) return read(json, value.text);
        if (json.is_object()) value.text = json.dump(-1, ' ', false, replace);
        return json.is_object();
    }
    static bool read(const Json& json, offline::Lane& value) {
        for (const offline::Lane each : offline::lanes) {
            if (json != offline::name(each)) continue;
            value = each;
            return true;
        }
        return false;
    }
    static bool read(const Json& json, std::map<std::string, std::int64_t>& value) {
        if (!json.is_object()) return false;
        value.clear();
        for (const auto& [name, each] : json.items()) {
            if (!read(each, value[name])) return false;
        }
        return true;
    }
    static bool read(const Json& json, std::int64_t& value) {
        if (!json.is_number_integer()) return false;
        if (json.is_number_unsigned() &&
            json.get<std::uint64_t>() > std::uint64_t{std::numeric_limits<std::int64_t>::max()}) {
            return false;
        }
        value = json.get<std::int64_t>();
        return true;
    }
    static bool read(const Json& json, int& value) {
        std::int64_t wide = 0;
        if (!read(json, wide) || wide != static_cast<int>(wide)) return false;
        value = static_cast<int>(wide);
        return true;
    }
    static bool read(const Json& json, double& value) {
        value = std::numeric_limits<double>::quiet_NaN();
        if (json.is_number()) value = json.get<double>();
        return json.is_number() || json.is_null();
    }
    static bool read(const Json& json, Duration& value) {
        const double seconds = json.is_number() ? json.get<double>() : 1e300;
        if (!(std::abs(seconds) < 1e12)) return false;
        value = Duration(std::llround(seconds * 1000));
        return true;
    }
    static bool read(const Json& json, Instant& value) {
        if (!json.is_string()) return false;
        const auto instant = parse_rfc3339(json.get_ref<const std::string&>());
        if (instant) value = *instant;
        return instant.has_value();
    }
    static bool read(const Json& json, Uptime& value) {
        std::int64_t milliseconds = 0;
        const bool good = read(json, milliseconds);
        value = Uptime(Duration(milliseconds));
        return good;
    }
    static bool read(const Json& json, Status::Health& value) {
        for (std::size_t i = 0; i < healths.size(); ++i) {
            if (json != healths[i]) continue;
            value = static_cast<Status::Health>(i);
            return true;
        }
        return false;
    }
    static bool read(const Json& json, Card::Kind& value) {
        const bool suggested = json == card_kinds[1];
        value = suggested ? Card::Kind::suggestion : Card::Kind::refused;
        return suggested || json == card_kinds[0];
    }
    static bool read(const Json& json, gps::Verdict& value) {
        for (const gps::Verdict each : gps::all_verdicts()) {
            if (json != gps::name(each)) continue;
            value = each;
            return true;
        }
        return false;
    }
    static bool read(const Json& json, gps::Cause& value) {
        for (int i = 0; i <= static_cast<int>(gps::Cause::last); ++i) {
            if (json != gps::name(static_cast<gps::Cause>(i))) continue;
            value = static_cast<gps::Cause>(i);
            return true;
        }
        return false;
    }
    template <class T>
    static bool read(const Json& json, std::optional<T>& value) {
        value.reset();
        return json.is_null() || read(json, value.emplace(T()));
    }

    const Json& json_;
    std::string path_;
    std::string complaint_;
};

template <class Document, class Wanted>
concept Is = std::is_same_v<std::remove_const_t<Document>, Wanted>;

template <class Archive, Is<PrivacyView> Document>
void members(Archive& archive, Document& view) {
    archive("state", view.state);
    archive("since", view.since);
    archive("until", view.until);
    archive("zone", view.zone);
}

template <class Document>
std::string render(const Document& document) {
    Writer writer;
    members(writer, document);
    return writer.text();
}

template <class Document>
Result<Document> parse(std::string_view text, std::string_view what) {
    const Json json = Json::parse(text, nullptr, false);
    Reader reader(json);
    Document document;
    if (reader.complaint().empty()) members(reader, document);
    if (reader.complaint().empty()) return document;
    return Error(Fault::malformed, "the agent's " + std::string(what) + " is unreadable, " +
                                       reader.complaint() +
                                       ": are outrider and its agent of the same version?");
}

}  // namespace outrider::api
