#pragma once
// What a request asks for in its query and path, taken apart as strictly as the document allows.

#include "client/office/call.hpp"

#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace outrider::office {

using Words = std::span<const std::string_view>;

// A whole number and nothing else; nothing when it is not, or is out of range.
std::optional<std::int64_t> whole_number(std::string_view);

// Each reading makes its parameter known; what is malformed gets a complaint and reads as absent.
class Query {
public:
    explicit Query(const Call&);

    std::string text(std::string_view name);
    std::string word(std::string_view name, Words);
    // 0: absent. A 0 that was given reads as -1, which is nobody's.
    Id id(std::string_view name);
    Id required_id(std::string_view name);
    std::vector<Id> ids(std::string_view name);  // at most 50; none: absent
    std::optional<Instant> time(std::string_view name);
    std::optional<bool> flag(std::string_view name);
    Active active();
    Audit audit();
    // `sorted_by` are the fields one may sort by, of Id, CreatedOn, ModifiedOn and Priority.
    Page page(Words sorted_by);
    void complain(std::string_view name, std::string text);

    // After all the readings: nothing, or the answer to what is wrong. Parameters nobody has read
    // are wrong, too.
    std::optional<http::Response> objection();

private:
    std::optional<std::string> take(std::string_view name);
    std::int64_t number(std::string_view name, std::int64_t otherwise, std::int64_t most);

    const Call& call_;
    std::string target_;              // with its '+' as the spaces they stand for
    std::vector<std::string> given_;  // the names
    std::set<std::string, std::less<>> known_;
    FieldErrors errors_;
};

// The id in the path; 0 when there is none.
Id id_of(const Call&);
http::Response no_id(const Call&);  // 400

}  // namespace outrider::office
