#include "client/office/archive.hpp"

namespace outrider::office {

namespace {

constexpr std::size_t most_units = 200'000;

void bind(offline::Statement& statement, int index, std::optional<double> value) {
    if (value) {
        statement.bind(index, *value);
    } else {
        statement.bind_null(index);
    }
}

std::optional<double> optional_real(const offline::Statement& statement, int column) {
    if (statement.null(column)) return std::nullopt;
    return statement.real(column);
}

}  // namespace

Result<> Archive::keep(std::span<const ReceivedPing> pings, std::span<const std::string> refusals,
                       Instant now) {
    const Result<> kept = database_.transaction([&]() -> Result<> {
        const auto count = static_cast<std::int64_t>(pings.size());
        auto opened =
            database_.run("INSERT INTO requests (received, pings) VALUES (?, ?)", now, count);
        if (!opened) return opened;
        const std::int64_t request = database_.last_row_id();
        const auto statements = prepare();
        if (!statements) return statements.error();
        for (std::size_t i = 0; i < pings.size(); ++i) {
            if (!refusals[i].empty()) {
                if (auto done = fail(pings[i], refusals[i], request, now); !done) return done;
                continue;
            }
            const auto fresh = insert(*statements->insert, pings[i], request, now);
            if (!fresh) return fresh.error();
            auto done = *fresh ? move(*statements->move, pings[i]) : repeat(pings[i]);
            if (!done) return done;
        }
        return {};
    });
    if (!kept) units_.clear();  // they tell what was not to be
    return kept;
}

// Found once for all pings of a request.
Result<Archive::Statements> Archive::prepare() {
    const auto insert = database_.query(
        "INSERT INTO pings (external_id, unit, event_time, json, received, request, latitude, "
        "longitude, speed) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (external_id) DO "
        "NOTHING");
    if (!insert) return insert.error();
    const auto move = database_.query(
        "UPDATE units SET name = ?, event_time = ?, latitude = ?, longitude = ?, speed = ? "
        "WHERE number = ?");
    if (!move) return move.error();
    return Statements{*insert, *move};
}

Result<bool> Archive::insert(offline::Statement& statement, const ReceivedPing& ping,
                             std::int64_t request, Instant now) {
    statement.bind(1, ping.external_id)
        .bind(2, ping.unit_id)
        .bind(3, ping.event_time)
        .bind(4, ping.json)
        .bind(5, now)
        .bind(6, request);
    bind(statement, 7, ping.latitude);
    bind(statement, 8, ping.longitude);
    bind(statement, 9, ping.speed);
    const auto done = statement.run();
    if (!done) return done.error();
    return database_.changes() > 0;
}

Result<> Archive::repeat(const ReceivedPing& ping) {
    return database_.run(
        "UPDATE pings SET repeats = repeats + 1, altered = altered + (json <> ?) "
        "WHERE external_id = ?",
        ping.json, ping.external_id);
}

Result<> Archive::move(offline::Statement& statement, const ReceivedPing& ping) {
    if (!ping.latitude || !ping.longitude) return {};
    const auto found = unit(ping);
    if (!found) return found.error();
    if (ping.event_time <= (*found)->event_time) return {};
    (*found)->event_time = ping.event_time;
    statement.bind(1, ping.unit_name)
        .bind(2, ping.event_time)
        .bind(3, *ping.latitude)
        .bind(4, *ping.longitude)
        .bind(6, (*found)->number);
    bind(statement, 5, ping.speed);
    return statement.run();
}

// As the disk has it; a unit that was unknown has no time yet.
Result<Archive::Unit*> Archive::unit(const ReceivedPing& ping) {
    if (const auto known = units_.find(ping.unit_id); known != units_.end()) return &known->second;
    Unit unit;
    const auto row =
        database_.query("SELECT number, event_time FROM units WHERE id = ?", ping.unit_id);
    if (!row) return row.error();
    const auto there = (*row)->step();
    if (!there) return there.error();
    if (*there) {
        unit = {(*row)->integer(0), (*row)->instant(1)};
        (*row)->reset();
    } else {
        auto added = database_.run("INSERT INTO units (id, name, event_time) VALUES (?, ?, ?)",
                                   ping.unit_id, ping.unit_name, unit.event_time);
        if (!added) return added.error();
        unit.number = database_.last_row_id();
    }
    if (units_.size() >= most_units) units_.clear();
    return &units_.emplace(ping.unit_id, unit).first->second;
}

Result<> Archive::fail(const ReceivedPing& ping, std::string_view words, std::int64_t request,
                       Instant now) {
    return database_.run(
        "INSERT INTO failures (external_id, words, json, received, request) VALUES (?, ?, ?, ?, ?)",
        ping.external_id, words, ping.json, now, request);
}

Result<Summary> Archive::summary() {
    Summary summary;
    const auto totals = database_.query(
        "SELECT count(*), coalesce(sum(repeats), 0), coalesce(sum(altered), 0), max(event_time), "
        "(SELECT count(*) FROM failures), (SELECT count(*) FROM requests) FROM pings");
    if (!totals) return totals.error();
    const auto row = (*totals)->step();
    if (!row) return row.error();
    summary.pings = (*totals)->integer(0);
    summary.duplicates = (*totals)->integer(1);
    summary.altered = (*totals)->integer(2);
    if (!(*totals)->null(3)) summary.newest_event_time = (*totals)->instant(3);
    summary.failed = (*totals)->integer(4);
    summary.requests = (*totals)->integer(5);
    (*totals)->reset();

    const auto units = database_.query(
        "SELECT id, name, event_time, latitude, longitude, speed FROM units ORDER BY id LIMIT "
        "1000");
    if (!units) return units.error();
    for (;;) {
        const auto more = (*units)->step();
        if (!more) return more.error();
        if (!*more) return summary;
        Summary::Unit& unit = summary.units.emplace_back();
        unit.id = (*units)->text(0);
        unit.name = (*units)->text(1);
        unit.event_time = (*units)->instant(2);
        unit.latitude = optional_real(**units, 3);
        unit.longitude = optional_real(**units, 4);
        unit.speed = optional_real(**units, 5);
    }
}

Result<std::vector<KeptPing>> Archive::pings(std::int64_t arrival, std::string_view unit,
                                             std::size_t limit) {
    const auto most = static_cast<std::int64_t>(limit);
    const auto statement = unit.empty()
                               ? database_.query(
                                     "SELECT arrival, request, repeats, received, json FROM pings "
                                     "WHERE arrival > ? ORDER BY arrival LIMIT ?",
                                     arrival, most)
                               : database_.query(
                                     "SELECT arrival, request, repeats, received, json FROM pings "
                                     "WHERE arrival > ? AND +unit = ? ORDER BY arrival LIMIT ?",
                                     arrival, unit, most);
    if (!statement) return statement.error();
    std::vector<KeptPing> pings;
    for (;;) {
        const auto more = (*statement)->step();
        if (!more) return more.error();
        if (!*more) return pings;
        KeptPing& ping = pings.emplace_back();
        ping.arrival = (*statement)->integer(0);
        ping.request = (*statement)->integer(1);
        ping.repeats = (*statement)->integer(2);
        ping.received = (*statement)->instant(3);
        ping.json = (*statement)->text(4);
    }
}

Result<std::vector<Position>> Archive::track(std::string_view unit, Instant from, Instant to,
                                             std::size_t limit) {
    if (!tracked_) {
        const auto ready = database_.transaction([&] {
            return database_.execute(
                "CREATE INDEX IF NOT EXISTS pings_by_unit ON pings (unit, event_time)");
        });
        if (!ready) return ready.error();
        tracked_ = true;
    }
    const auto statement = database_.query(
        "SELECT event_time, latitude, longitude, speed FROM pings WHERE unit = ? AND event_time "
        "BETWEEN ? AND ? AND latitude IS NOT NULL AND longitude IS NOT NULL "
        "ORDER BY event_time, arrival LIMIT ?",
        unit, from, to, static_cast<std::int64_t>(limit));
    if (!statement) return statement.error();
    std::vector<Position> positions;
    for (;;) {
        const auto more = (*statement)->step();
        if (!more) return more.error();
        if (!*more) return positions;
        Position& position = positions.emplace_back();
        position.event_time = (*statement)->instant(0);
        position.latitude = (*statement)->real(1);
        position.longitude = (*statement)->real(2);
        position.speed = optional_real(**statement, 3);
    }
}

}  // namespace outrider::office
