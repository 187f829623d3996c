#pragma once
// Just enough JSON to read requests and answers with: a witness reads with its own eyes.

#include "platform/clock.hpp"

#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace outrider::fleet {

struct FlatObject {
    std::string_view text;  // all of it
    // By their names; texts without their quotes and as they are escaped, all else as it stands.
    std::vector<std::pair<std::string_view, std::string_view>> members;

    std::string_view at(std::string_view name) const;  // "" without such a member
    std::optional<double> number(std::string_view name) const;
    std::optional<Instant> time(std::string_view name) const;  // "2026-11-21T06:30:00.000Z"
};

// An array of objects, one after the other.
class FlatArray {
public:
    explicit FlatArray(std::string_view text) : text_(text) {}
    bool next(FlatObject&);  // false: there are no more, or what follows is none
    // After the last one: nothing was wrong up to the end of the text.
    bool whole() const { return whole_; }

private:
    std::string_view text_;
    std::size_t at_ = 0;
    bool whole_ = false;
};

// An object by itself; nothing when that is not what the text holds.
std::optional<FlatObject> read_flat_object(std::string_view text);

}  // namespace outrider::fleet
