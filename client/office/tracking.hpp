#pragma once
// The customer's link: who is coming, and how far they are.

#include "client/office/books.hpp"
#include "platform/http.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace outrider::office {

struct Tracking {
    std::string technician, destination;  // the address in one line
    std::optional<double> rating;         // from four stars on
    bool there = false;                   // arrived already
    struct Way {
        double distance_m = 0;  // as the crow flies
        // By the technician's device, where that has said so lately; otherwise a guess: 1.4 times
        // that, at 12 m/s, and no more is known.
        double eta_s = 0;
        std::optional<double> eta_low_s, eta_high_s;
        double latitude = 0, longitude = 0;
        double destination_latitude = 0, destination_longitude = 0;
        Instant at{};  // when they were there
    };
    std::optional<Way> way;  // to a verified address, from a position of the last half hour
};
// Nothing when the token is none of ours, nobody is on that way any more, or tracking is off.
Result<std::optional<Tracking>> track(Books&, std::string_view token);

// GET /office/v1/tracking/{token}: JSON, or a page for a browser that asks for one. The link is the
// secret: there is no other authorisation.
http::Response tracking_answer(Books&, std::string_view token, const http::Request&);

}  // namespace outrider::office
