#include "client/office/gps_pings.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cstdint>

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

// Built by nlohmann's parser value by value; a tree of ten thousand pings would cost ten times
// this.
class Reader {
public:
    std::vector<ReceivedPing> pings;
    FieldErrors errors;

    bool null() {
        if (!in_member()) return misplaced();
        if (member_ != nullptr && member_->required) complain("is required and must not be null");
        return carry_on();
    }
    bool boolean(bool) { return scalar(Kind::truth); }
    bool number_integer(std::int64_t value) { return number(static_cast<double>(value)); }
    bool number_unsigned(std::uint64_t value) { return number(static_cast<double>(value)); }
    bool number_float(double value, const std::string&) { return number(value); }
    bool binary(std::vector<std::uint8_t>&) { return false; }
    bool string(std::string& text) {
        if (!in_member() || member_ == nullptr) return scalar(Kind::text);
        if (member_->kind != Kind::time) {
            if (member_->text != nullptr) pings.back().*(member_->text) = text;
            return scalar(Kind::text);
        }
        const auto time = parse_rfc3339(text);
        if (!time) complain("must be a date and time as RFC 3339 writes it");
        if (time) pings.back().event_time = *time;
        return carry_on();
    }

    bool start_array(std::size_t) { return depth_ == 0 ? enter() : nested(); }
    bool end_array() { return leave(); }
    bool start_object(std::size_t) {
        if (depth_ == 0) return reject("$", "The body must be an array of pings.");
        if (depth_ > 1) return nested();
        if (pings.size() >= most_pings) return reject("$", "A request holds at most 10000 pings.");
        pings.emplace_back();
        seen_ = 0;
        return enter();
    }
    bool key(std::string& name) {
        if (depth_ != 2) return true;
        const auto found = std::find_if(all_members.begin(), all_members.end(),
                                        [&](const Member& each) { return each.name == name; });
        member_ = found == all_members.end() ? nullptr : &*found;
        if (member_ == nullptr) return add(name, "is no member of a ping") && carry_on();
        seen_ |= 1U << static_cast<unsigned>(found - all_members.begin());
        return true;
    }
    bool end_object() {
        for (std::size_t i = 0; depth_ == 2 && i < all_members.size(); ++i) {
            const bool seen = (seen_ >> i & 1U) != 0;
            if (!seen && all_members[i].required) add(all_members[i].name, "is required");
        }
        return leave() && carry_on();
    }
    bool parse_error(std::size_t position, const std::string&, const nlohmann::json::exception&) {
        return reject("$", fmt::format("The body is no JSON: see byte {}.", position));
    }

private:
    bool in_member() const { return depth_ == 2; }
    bool carry_on() const { return errors.size() < most_errors; }
    bool enter() { return ++depth_ <= most_depth || reject("$", "The body is nested too deeply."); }
    bool leave() {
        --depth_;
        return true;
    }
    bool reject(std::string name, std::string text) {
        errors[std::move(name)].push_back(std::move(text));
        return false;
    }
    bool add(std::string_view name, std::string_view what) {
        const std::size_t index = pings.size() - 1;
        errors[fmt::format("[{}].{}", index, name)].push_back(
            fmt::format("The {} field {}.", name, what));
        return true;
    }
    void complain(std::string_view what) { add(member_->name, what); }

    bool misplaced() {
        if (depth_ == 0) return reject("$", "The body must be an array of pings.");
        if (depth_ == 1) {
            return reject(fmt::format("[{}]", pings.size()), "A ping must be an object.");
        }
        return true;  // inside something that was complained about already
    }
    bool nested() {
        if (depth_ == 1) return misplaced();
        if (in_member() && member_ != nullptr) complain("is of the wrong type");
        return enter();
    }
    bool scalar(Kind kind) {
        if (!in_member()) return misplaced();
        if (member_ != nullptr && member_->kind != kind) complain("is of the wrong type");
        return carry_on();
    }
    bool number(double value) {
        const bool ours = in_member() && member_ != nullptr && member_->number != nullptr;
        if (ours) pings.back().*(member_->number) = value;
        return scalar(Kind::number);
    }

    int depth_ = 0;
    const Member* member_ = nullptr;
    unsigned seen_ = 0;
};

// The bytes of each element of an array of objects that has been parsed before.
void cut(std::string_view body, std::vector<ReceivedPing>& pings) {
    int depth = 0;
    bool quoted = false;
    std::size_t begin = 0, next = 0;
    for (std::size_t i = 0; i < body.size() && next < pings.size(); ++i) {
        const char c = body[i];
        if (quoted) {
            if (c == '\\') ++i;
            quoted = c != '"';
        } else if (c == '"') {
            quoted = true;
        } else if (c == '{') {
            if (depth++ == 0) begin = i;
        } else if (c == '}' && --depth == 0) {
            pings[next++].json = body.substr(begin, i + 1 - begin);
        }
    }
}

}  // namespace

std::variant<std::vector<ReceivedPing>, FieldErrors> parse_gps_pings(std::string_view body) {
    Reader reader;
    nlohmann::json::sax_parse(body, &reader);
    if (!reader.errors.empty()) return std::move(reader.errors);
    cut(body, reader.pings);
    return std::move(reader.pings);
}

}  // namespace outrider::office
