#include "client/office/tracking.hpp"

#include "client/office/arrival.hpp"
#include "client/office/json.hpp"
#include "client/office/notices.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <utility>

namespace outrider::office {

namespace {

constexpr double detour = 1.4;
constexpr double pace_mps = 12;
constexpr Duration fresh = std::chrono::minutes(30);

Result<std::optional<Tracking::Way>> way_to(Books& books, const Technician& technician,
                                            const Location& place) {
    const std::optional<Tracking::Way> unknown;
    const Address& address = place.address;
    if (!place.verified || !address.latitude || !address.longitude) return unknown;
    const auto position = books.position(technician.unit);
    if (!position) return position.error();
    if (!*position || (*position)->event_time < books.clock().now() - fresh) return unknown;
    Tracking::Way way;
    way.latitude = (*position)->latitude;
    way.longitude = (*position)->longitude;
    way.destination_latitude = *address.latitude;
    way.destination_longitude = *address.longitude;
    way.at = (*position)->event_time;
    way.distance_m = distance_m(way.latitude, way.longitude, *address.latitude, *address.longitude);
    way.eta_s = way.distance_m * detour / pace_mps;
    return std::optional(way);
}

// Of the device's own band, seen from now.
void estimate(Books& books, Id technician, Id appointment, Tracking::Way& way) {
    const auto told = books.estimate(technician, appointment);
    if (!told) return;
    const Instant now = books.clock().now();
    const auto left = [&](Instant then) {
        return std::max(0.0, std::chrono::duration<double>(then - now).count());
    };
    way.eta_s = left(told->likely);
    way.eta_low_s = left(told->low);
    way.eta_high_s = left(told->high);
}

std::string minutes_of(double seconds) {
    return std::to_string(std::max(1LL, std::llround(seconds / 60)));
}

std::string how_far(const Tracking::Way& way) {
    std::string text = fmt::format("<p>{:.1f} km away, about {} min<br><small>",
                                   way.distance_m / 1000, minutes_of(way.eta_s));
    text += way.eta_low_s && way.eta_high_s
                ? fmt::format("between {} and {} min, an estimate", minutes_of(*way.eta_low_s),
                              minutes_of(*way.eta_high_s))
                : "an estimate by distance alone";
    return text + "</small></p>";
}

std::string to_json(const Tracking& tracking) {
    nlohmann::ordered_json json;
    json["technician"] = tracking.technician;
    if (tracking.rating) json["rating"] = *tracking.rating;
    json["destination"] = tracking.destination;
    json["there"] = tracking.there;
    if (tracking.way) {
        const Tracking::Way& way = *tracking.way;
        json["distance_m"] = std::llround(way.distance_m);
        json["eta_s"] = std::llround(way.eta_s);
        json["eta_is"] = "an estimate";
        if (way.eta_low_s) json["eta_low_s"] = std::llround(*way.eta_low_s);
        if (way.eta_high_s) json["eta_high_s"] = std::llround(*way.eta_high_s);
        json["latitude"] = way.latitude;
        json["longitude"] = way.longitude;
        json["at"] = to_rfc3339(way.at);
        json["destination_latitude"] = way.destination_latitude;
        json["destination_longitude"] = way.destination_longitude;
    }
    return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

std::string as_html(std::string_view text) {
    std::string out;
    for (const char c : text) {
        switch (c) {
            case '&': out += "&amp;"; break;
            case '<': out += "&lt;"; break;
            case '>': out += "&gt;"; break;
            case '"': out += "&quot;"; break;
            case '\'': out += "&#39;"; break;
            default: out += c;
        }
    }
    return out;
}

// Both ends and a line between them, north up, to scale.
std::string map_of(const Tracking::Way& way) {
    constexpr double room = 260, edge = 20;
    const double shrink = std::cos(way.destination_latitude * 3.14159265358979 / 180);
    const double east = (way.longitude - way.destination_longitude) * shrink;
    const double north = way.latitude - way.destination_latitude;
    const double span = std::max({std::abs(east), std::abs(north), 1e-6});
    const double x = room / 2 + east / span * (room / 2 - edge);
    const double y = room / 2 - north / span * (room / 2 - edge);
    return fmt::format(R"(<svg viewBox="0 0 {0} {0}" width="{0}" height="{0}" role="img" )"
                       R"(aria-label="where the technician is">)"
                       R"(<rect width="{0}" height="{0}" rx="12" fill="#eef2f5"/>)"
                       R"(<line x1="{1:.1f}" y1="{2:.1f}" x2="{3}" y2="{3}" stroke="#7a8a99" )"
                       R"(stroke-dasharray="6 5" stroke-width="2"/>)"
                       R"(<circle cx="{3}" cy="{3}" r="9" fill="#c0392b"/>)"
                       R"(<circle cx="{1:.1f}" cy="{2:.1f}" r="9" fill="#1f6feb"/></svg>)",
                       room, x, y, room / 2);
}

std::string page_of(const Tracking& tracking) {
    std::string page =
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">"
        "<meta name=\"viewport\" content=\"width=device-width\">"
        "<meta http-equiv=\"refresh\" content=\"30\"><title>On the way</title>"
        "<style>body{font:18px sans-serif;margin:2em auto;max-width:20em;padding:0 1em}"
        "small{color:#556}</style></head><body>";
    page += fmt::format("<h1>{}</h1>", as_html(tracking.technician));
    if (tracking.rating) page += fmt::format("<p>{:.1f} of 5 stars</p>", *tracking.rating);
    page += fmt::format("<p>{} {}</p>", tracking.there ? "is at" : "is on the way to",
                        as_html(tracking.destination));
    if (tracking.way && !tracking.there) page += how_far(*tracking.way);
    if (tracking.way) page += map_of(*tracking.way);
    return page + "</body></html>\n";
}

http::Response html_answer(int status, std::string body) {
    http::Response response;
    response.status = status;
    response.headers.set("Content-Type", "text/html; charset=utf-8");
    response.headers.set("Content-Security-Policy",
                         "default-src 'none'; style-src 'unsafe-inline'");
    response.headers.set("Referrer-Policy", "no-referrer");
    response.body = std::move(body);
    return response;
}

}  // namespace

Result<std::optional<Tracking>> track(Books& books, std::string_view token) {
    const auto house = books.house();
    if (!house) return house.error();
    const auto tracked = books.tracked_by(token);
    if (!tracked) return tracked.error();
    if (!*tracked || !house->arrival_tracking) return std::optional<Tracking>();
    const auto busy = books.under_way((*tracked)->technician);
    if (!busy) return busy.error();
    if (!*busy || (*busy)->appointment != (*tracked)->appointment) {
        return std::optional<Tracking>();
    }
    const auto technician = books.find<Technician>((*tracked)->technician);
    if (!technician) return technician.error();
    const auto job = books.find<Job>((*busy)->job);
    if (!job) return job.error();
    const auto place = books.find<Location>(*job ? (*job)->location : 0);
    if (!place) return place.error();
    if (!*technician || !*place) return std::optional<Tracking>();
    const auto way = way_to(books, **technician, **place);
    if (!way) return way.error();
    Tracking tracking;
    tracking.technician = (*technician)->name;
    tracking.destination = in_one_line((*place)->address);
    const auto& stars = (*technician)->rating;
    if (stars && *stars >= shown_from_stars) tracking.rating = stars;
    tracking.there = (*busy)->status == dispatch::Status::working;
    tracking.way = *way;
    if (tracking.way) {
        estimate(books, (*tracked)->technician, (*tracked)->appointment, *tracking.way);
    }
    return std::optional<Tracking>(std::move(tracking));
}

http::Response tracking_answer(Books& books, std::string_view token, const http::Request& request) {
    const bool browser = request.headers.get("Accept").find("text/html") != std::string_view::npos;
    const auto tracking = track(books, token);
    if (!tracking) return gateway_answer(500, tracking.error().detail);
    if (!*tracking) {
        constexpr std::string_view words = "Nobody is on the way by this link.";
        return browser ? html_answer(404, fmt::format("<!doctype html><p>{}</p>\n", words))
                       : gateway_answer(404, words);
    }
    return browser ? html_answer(200, page_of(**tracking)) : json_answer(200, to_json(**tracking));
}

}  // namespace outrider::office
