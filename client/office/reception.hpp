#pragma once
// Lets requests in or turns them away, and has the faults the office is told to have.

#include "client/office/archive.hpp"
#include "client/office/books.hpp"
#include "client/office/faults.hpp"
#include "client/office/tokens.hpp"

#include <optional>
#include <span>
#include <string_view>

namespace outrider::office {

struct Route;

class Reception {
public:
    // The settings must outlive it.
    Reception(Clock&, const OfficeSettings&, Archive&, Books&, Faults&, Dice);
    http::Response answer(const http::Request&);
    // Whether the newest request came as far as its operation.
    bool acted() const { return acted_; }

private:
    // Nothing when the request may be dealt with.
    std::optional<http::Response> turn_away(const http::Request&, const Route&,
                                            std::span<const std::string_view> path);

    Clock& clock_;
    const OfficeSettings& settings_;
    Archive& archive_;
    Books& books_;
    Faults& faults_;
    Tokens tokens_;
    RateLimit rate_;
    std::uint64_t requests_ = 0;
    bool acted_ = false;
};

}  // namespace outrider::office
