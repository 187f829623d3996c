#include "client/office/gps_pings.hpp"

#include <fmt/format.h>
#include <boost/json/basic_parser_impl.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <utility>

namespace outrider::office {

namespace {

constexpr std::size_t most_errors = 100;
constexpr int most_depth = 32;

enum class Kind { text, time, truth, number };

struct Member {
    std::string_view name;
    Kind kind;
    bool required;                              // the others may be null or absent
    std::string ReceivedPing::*text = nullptr;  // where a text goes that we use
    std::optional<double> ReceivedPing::*number = nullptr;
};
constexpr std::array<Member, 14> all_members = {{
    {"unitId", Kind::text, true, &ReceivedPing::unit_id},
    {"unitName", Kind::text, true, &ReceivedPing::unit_name},
    {"eventTime", Kind::time, true},
    {"latitude", Kind::number, false, nullptr, &ReceivedPing::latitude},
    {"longitude", Kind::number, false, nullptr, &ReceivedPing::longitude},
    {"speed", Kind::number, false, nullptr, &ReceivedPing::speed},
    {"street", Kind::text, true},
    {"city", Kind::text, true},
    {"region", Kind::text, true},
    {"postalCode", Kind::text, true},
    {"message", Kind::text, true},
    {"externalId", Kind::text, true, &ReceivedPing::external_id},
    {"isNew", Kind::truth, true},
    {"statusMessage", Kind::text, true},
}};

using Failed = boost::json::error_code;
using Text = boost::json::string_view;

// What Boost's parser calls for each piece it sees; returning false ends the parsing. A fleet's
// office takes tens of thousands of pings a second: no tree is built, and only what is kept copied.
class Reader {
public:
    static constexpr std::size_t max_object_size = std::numeric_limits<std::size_t>::max();
    static constexpr std::size_t max_array_size = max_object_size;
    static constexpr std::size_t max_key_size = max_object_size;
    static constexpr std::size_t max_string_size = max_object_size;

    std::vector<ReceivedPing> pings;
    FieldErrors errors;

    bool on_document_begin(Failed&) { return true; }
    bool on_document_end(Failed&) { return true; }
    bool on_null(Failed& failed) {
        if (!in_member()) return misplaced(failed);
        if (member_ != nullptr && member_->required) complain("is required and must not be null");
        return carry_on(failed);
    }
    bool on_bool(bool, Failed& failed) { return scalar(Kind::truth, failed); }
    bool on_int64(std::int64_t value, Text, Failed& failed) {
        return number(static_cast<double>(value), failed);
    }
    bool on_uint64(std::uint64_t value, Text, Failed& failed) {
        return number(static_cast<double>(value), failed);
    }
    bool on_double(double value, Text, Failed& failed) { return number(value, failed); }
    bool on_number_part(Text, Failed&) { return true; }
    bool on_comment_part(Text, Failed&) { return true; }
    bool on_comment(Text, Failed&) { return true; }
    // A text with escapes in it comes in parts.
    bool on_string_part(Text part, std::size_t, Failed&) { return add(part); }
    bool on_string(Text part, std::size_t, Failed& failed) {
        const bool taken = text(whole(part), failed);
        parts_.clear();
        return taken;
    }
    bool on_key_part(Text part, std::size_t, Failed&) { return add(part); }
    bool on_key(Text part, std::size_t, Failed& failed) {
        const bool taken = depth_ != 2 || key(whole(part), failed);
        parts_.clear();
        return taken;
    }

    bool on_array_begin(Failed& failed) { return depth_ == 0 ? enter(failed) : nested(failed); }
    bool on_array_end(std::size_t, Failed&) { return leave(); }
    bool on_object_begin(Failed& failed) {
        if (depth_ == 0) return misplaced(failed);
        if (depth_ > 1) return nested(failed);
        if (pings.size() >= most_pings) {
            return reject("$", "A request holds at most 10000 pings.", failed);
        }
        pings.emplace_back();
        seen_ = 0;
        next_ = 0;
        return enter(failed);
    }
    bool on_object_end(std::size_t, Failed& failed) {
        for (std::size_t i = 0; depth_ == 2 && seen_ != all_seen && i < all_members.size(); ++i) {
            const bool seen = (seen_ >> i & 1U) != 0;
            if (!seen && all_members[i].required) add(all_members[i].name, "is required");
        }
        return leave() && carry_on(failed);
    }

private:
    static constexpr unsigned all_seen = (1U << all_members.size()) - 1;

    bool in_member() const { return depth_ == 2; }
    static bool stop(Failed& failed) {
        failed = boost::json::error::exception;
        return false;
    }
    bool carry_on(Failed& failed) const { return errors.size() < most_errors || stop(failed); }
    bool enter(Failed& failed) {
        return ++depth_ <= most_depth || reject("$", "The body is nested too deeply.", failed);
    }
    bool leave() {
        --depth_;
        return true;
    }
    bool add(Text part) {
        parts_.append(part.data(), part.size());
        return true;
    }
    std::string_view whole(Text last) {
        if (parts_.empty()) return {last.data(), last.size()};
        add(last);
        return parts_;
    }
    bool reject(std::string name, std::string words, Failed& failed) {
        errors[std::move(name)].push_back(std::move(words));
        return stop(failed);
    }
    void add(std::string_view name, std::string_view what) {
        const std::size_t index = pings.size() - 1;
        errors[fmt::format("[{}].{}", index, name)].push_back(
            fmt::format("The {} field {}.", name, what));
    }
    void complain(std::string_view what) { add(member_->name, what); }

    // Nearly every sender keeps to one order.
    const Member* find(std::string_view name) {
        for (std::size_t i = 0; i < all_members.size(); ++i) {
            const std::size_t at = (next_ + i) % all_members.size();
            if (all_members[at].name != name) continue;
            next_ = at + 1;
            return &all_members[at];
        }
        return nullptr;
    }
    bool key(std::string_view name, Failed& failed) {
        member_ = find(name);
        if (member_ == nullptr) {
            add(name, "is no member of a ping");
            return carry_on(failed);
        }
        seen_ |= 1U << static_cast<unsigned>(member_ - all_members.data());
        return true;
    }
    bool text(std::string_view text, Failed& failed) {
        if (!in_member() || member_ == nullptr) return scalar(Kind::text, failed);
        if (member_->kind != Kind::time) {
            if (member_->text != nullptr) pings.back().*(member_->text) = text;
            return scalar(Kind::text, failed);
        }
        const auto time = parse_rfc3339(text);
        if (!time) complain("must be a date and time as RFC 3339 writes it");
        if (time) pings.back().event_time = *time;
        return carry_on(failed);
    }
    bool misplaced(Failed& failed) {
        if (depth_ == 0) return reject("$", "The body must be an array of pings.", failed);
        if (depth_ == 1) {
            return reject(fmt::format("[{}]", pings.size()), "A ping must be an object.", failed);
        }
        return true;  // inside something that was complained about already
    }
    bool nested(Failed& failed) {
        if (depth_ == 1) return misplaced(failed);
        if (in_member() && member_ != nullptr) complain("is of the wrong type");
        return enter(failed);
    }
    bool scalar(Kind kind, Failed& failed) {
        if (!in_member()) return misplaced(failed);
        if (member_ != nullptr && member_->kind != kind) complain("is of the wrong type");
        return carry_on(failed);
    }
    bool number(double value, Failed& failed) {
        const bool ours = in_member() && member_ != nullptr && member_->number != nullptr;
        if (ours && !std::isfinite(value)) complain("is too large");
        if (ours) pings.back().*(member_->number) = value;
        return scalar(Kind::number, failed);
    }

    int depth_ = 0;
    const Member* member_ = nullptr;
    std::size_t next_ = 0;  // in all_members, most likely
    unsigned seen_ = 0;
    std::string parts_;
};

// Behind the text whose quotation mark is at `at`, in JSON that is sound.
std::size_t end_of_text(std::string_view json, std::size_t at) {
    for (;;) {
        at = json.find('"', at + 1);
        std::size_t escapes = 0;
        while (json[at - 1 - escapes] == '\\') ++escapes;
        if (escapes % 2 == 0) return at + 1;
    }
}

// The bytes of each element of an array of objects that has been parsed before.
void cut(std::string_view body, std::vector<ReceivedPing>& pings) {
    int depth = 0;
    std::size_t begin = 0, next = 0;
    for (std::size_t i = 0; next < pings.size();) {
        const char c = body[i];
        if (c == '"') {
            i = end_of_text(body, i);
            continue;
        }
        if (c == '{' && depth++ == 0) begin = i;
        ++i;
        if (c == '}' && --depth == 0) pings[next++].json = body.substr(begin, i - begin);
    }
}

}  // namespace

std::variant<std::vector<ReceivedPing>, FieldErrors> parse_gps_pings(std::string_view body) {
    boost::json::parse_options options;
    options.max_depth = std::size_t{2} * most_depth;  // ours comes first
    boost::json::basic_parser<Reader> parser(options);
    Failed failed;
    const std::size_t read = parser.write_some(false, body.data(), body.size(), failed);
    Reader& reader = parser.handler();
    if (reader.errors.empty() && (failed || read != body.size())) {
        reader.errors["$"] = {fmt::format("The body is no JSON: see byte {}.", read)};
    }
    if (!reader.errors.empty()) return std::move(reader.errors);
    cut(body, reader.pings);
    return std::move(reader.pings);
}

}  // namespace outrider::office
