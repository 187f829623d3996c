#include "client/office/arrival.hpp"

#include "client/office/moves.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <optional>
#include <set>
#include <string_view>

namespace outrider::office {

namespace {

constexpr double arrived_m = 125;
constexpr double earth_m = 6'371'000;

bool plausible(const UnitPosition& position) {
    // A receiver that knows nothing says 0, 0.
    if (position.latitude == 0 && position.longitude == 0) return false;
    return std::abs(position.latitude) <= 90 && std::abs(position.longitude) <= 180;
}

Result<bool> is_there(Books& books, const Assignment& way, const UnitPosition& position) {
    const auto sheet = books.latest_timesheet(way.appointment, way.technician);
    if (!sheet) return sheet.error();
    // Where they were before they set out says nothing.
    if (!*sheet || !(*sheet)->dispatched || position.event_time < *(*sheet)->dispatched) {
        return false;
    }
    const auto job = books.find<Job>(way.job);
    if (!job) return job.error();
    const auto place = books.find<Location>(*job ? (*job)->location : 0);
    if (!place) return place.error();
    if (!*place || !(*place)->verified) return false;
    const Address& address = (*place)->address;
    if (!address.latitude || !address.longitude) return false;
    return distance_m(position.latitude, position.longitude, *address.latitude,
                      *address.longitude) <= arrived_m;
}

Result<> look_at(Books& books, const Technician& technician, const UnitPosition& position) {
    const auto way = books.under_way(technician.id);
    if (!way) return way.error();
    if (!*way || (*way)->status != dispatch::Status::dispatched) return {};
    const auto there = is_there(books, **way, position);
    if (!there) return there.error();
    if (!*there) return {};
    api::Move move;
    move.id = fmt::format("gps-{}-{}-{}", technician.id, (*way)->appointment,
                          position.event_time.time_since_epoch().count());
    move.verb = dispatch::Verb::arrive;
    move.technician = technician.id;
    move.appointment = (*way)->appointment;
    move.happened = position.event_time;
    move.latitude = position.latitude;
    move.longitude = position.longitude;
    const auto moved = carry_out(books, move, dispatch::Who::office);
    if (!moved) return moved.error();
    return {};
}

}  // namespace

double distance_m(double latitude1, double longitude1, double latitude2, double longitude2) {
    constexpr double degree = std::numbers::pi / 180;
    const double up = std::sin((latitude2 - latitude1) * degree / 2);
    const double across = std::sin((longitude2 - longitude1) * degree / 2);
    const double part =
        up * up + std::cos(latitude1 * degree) * std::cos(latitude2 * degree) * across * across;
    return 2 * earth_m * std::asin(std::sqrt(std::min(1.0, part)));
}

Result<> arrive_by_gps(Books& books, std::span<const ReceivedPing> pings,
                       std::span<const std::string> refusals) {
    const auto house = books.house();
    if (!house) return house.error();
    if (!house->arrive_by_gps) return {};
    std::set<std::string_view> units;
    for (std::size_t i = 0; i < pings.size(); ++i) {
        if (refusals[i].empty()) units.insert(pings[i].unit_id);
    }
    for (const std::string_view unit : units) {
        const auto position = books.position(unit);
        if (!position) return position.error();
        if (!*position || !plausible(**position)) continue;
        const auto technicians = books.technicians_of(unit);
        if (!technicians) return technicians.error();
        for (const Technician& each : *technicians) {
            if (auto looked = look_at(books, each, **position); !looked) return looked;
        }
    }
    return {};
}

}  // namespace outrider::office
