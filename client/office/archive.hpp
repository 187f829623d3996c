#pragma once
// Every ping the office ever received, on disk before the sender hears of it.

#include "client/office/gps_pings.hpp"
#include "offline/database.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace outrider::office {

struct Summary {
    std::int64_t pings = 0;       // accepted, each once
    std::int64_t duplicates = 0;  // times one of these came again
    std::int64_t altered = 0;     // of the duplicates: those that came again as other bytes
    std::int64_t failed = 0;      // answers of Fail
    std::int64_t requests = 0;    // whose pings were judged
    std::optional<Instant> newest_event_time;
    struct Unit {
        std::string id, name;
        Instant event_time{};  // of its newest position, which only a newer one replaces
        std::optional<double> latitude, longitude, speed;
    };
    std::vector<Unit> units;  // the first thousand
};

struct KeptPing {
    std::int64_t arrival = 0;  // numbers the accepted pings in order
    std::int64_t request = 0, repeats = 0;
    Instant received{};
    std::string json;  // as it was sent
};

struct Position {
    Instant event_time{};
    double latitude = 0, longitude = 0;
    std::optional<double> speed;
};

class Archive {
public:
    // It must outlive the archive. The tables are there: see open_database.
    explicit Archive(offline::Database& database) : database_(database) {}

    // One request in one transaction. `refusals` holds for each ping why it is not accepted, "" for
    // those that are. An accepted externalId that is known already is counted, not kept again.
    Result<> keep(std::span<const ReceivedPing>, std::span<const std::string> refusals,
                  Instant now);

    Result<Summary> summary();
    // Accepted pings after `arrival`, in order of arrival; of one unit when `unit` is not empty.
    Result<std::vector<KeptPing>> pings(std::int64_t arrival, std::string_view unit,
                                        std::size_t limit);
    // Where a unit was in [from, to], by event time.
    Result<std::vector<Position>> track(std::string_view unit, Instant from, Instant to,
                                        std::size_t limit);

private:
    struct Statements {
        offline::Statement *insert = nullptr, *move = nullptr;
    };
    struct Unit {
        std::int64_t number = 0;
        Instant event_time = Instant::min();  // of its newest position
    };
    Result<Statements> prepare();
    Result<bool> insert(offline::Statement&, const ReceivedPing&, std::int64_t request,
                        Instant now);  // false: known
    Result<> repeat(const ReceivedPing&);
    Result<> move(offline::Statement&, const ReceivedPing&);
    Result<Unit*> unit(const ReceivedPing&);
    Result<> fail(const ReceivedPing&, std::string_view words, std::int64_t request, Instant now);

    offline::Database& database_;
    std::unordered_map<std::string, Unit> units_;  // some of those on the disk, by their ids
    bool tracked_ = false;  // pings are found by their units: costly, so not before it is asked
};

}  // namespace outrider::office
