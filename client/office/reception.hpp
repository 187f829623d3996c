#pragma once
// ServiceTitan's endpoints, as its contract has them, and the faults the office is told to have.

#include "client/office/archive.hpp"
#include "client/office/books.hpp"
#include "client/office/faults.hpp"
#include "client/office/tokens.hpp"

namespace outrider::office {

class Reception {
public:
    // The settings must outlive it.
    Reception(Clock&, const OfficeSettings&, Archive&, Books&, Faults&, Dice);
    http::Response answer(const http::Request&);

private:
    struct Route;
    static const Route* route_of(const http::Request&);
    http::Response token(const http::Request&, Mode);
    http::Response post_pings(const http::Request&, Mode);
    http::Response get_pings(const http::Request&, Mode);
    // Nothing when the request may be dealt with.
    std::optional<http::Response> turn_away(const http::Request&);
    std::string refusal(const ReceivedPing&, Mode) const;
    http::Response take(std::span<const ReceivedPing>, Mode);
    std::string trace_id();

    Clock& clock_;
    const OfficeSettings& settings_;
    Archive& archive_;
    Books& books_;
    Faults& faults_;
    Tokens tokens_;
    RateLimit rate_;
    std::uint64_t requests_ = 0;
};

}  // namespace outrider::office
