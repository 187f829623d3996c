#include "client/office/archive.hpp"

#include "client/office/migrations.hpp"
#include "tests/support/result.hpp"
#include "tests/support/temporary_directory.hpp"

namespace outrider::office {

namespace {

constexpr Instant noon{std::chrono::seconds(1'795'262'400)};

ReceivedPing ping(std::string_view id, int minute, double latitude = 51.5) {
    ReceivedPing made;
    made.external_id = id;
    made.unit_id = "van-7";
    made.unit_name = "Van 7";
    made.event_time = noon + std::chrono::minutes(minute);
    made.latitude = latitude;
    made.longitude = -0.1;
    made.json = "{\"x\":1}";
    return made;
}

void keep(Archive& archive, const std::vector<ReceivedPing>& pings,
          std::vector<std::string> refusals = {}) {
    refusals.resize(pings.size());
    REQUIRE(archive.keep(pings, refusals, noon));
}

}  // namespace

TEST_CASE("each ping is kept once and each repetition counted, within and between requests") {
    const auto database = *open_database(":memory:");
    Archive archive(*database);
    keep(archive, {ping("a", 0), ping("b", 1), ping("a", 0)});
    ReceivedPing altered = ping("b", 1);
    altered.json = "{\"x\":2}";
    keep(archive, {altered, ping("c", 2)});
    const Summary summary = *archive.summary();
    CHECK(summary.pings == 3);
    CHECK(summary.duplicates == 2);
    CHECK(summary.altered == 1);
    CHECK(summary.failed == 0);
    CHECK(summary.requests == 2);
    CHECK(summary.newest_event_time == noon + std::chrono::minutes(2));
    const auto kept = *archive.pings(0, "", 100);
    REQUIRE(kept.size() == 3);
    CHECK(kept[1].repeats == 1);
    CHECK(kept[1].json == "{\"x\":1}");
    CHECK(kept[2].request == 2);
}

TEST_CASE("a failed ping is counted, is no ping, and may be accepted later") {
    const auto database = *open_database(":memory:");
    Archive archive(*database);
    keep(archive, {ping("a", 0), ping("b", 0)}, {"unknown unit", ""});
    CHECK(archive.summary()->pings == 1);
    CHECK(archive.summary()->failed == 1);
    keep(archive, {ping("a", 0)});
    CHECK(archive.summary()->pings == 2);
    CHECK(archive.summary()->duplicates == 0);
}

TEST_CASE("only a newer event time moves a unit") {
    const auto database = *open_database(":memory:");
    Archive archive(*database);
    keep(archive, {ping("a", 5, 1), ping("b", 4, 2), ping("c", 5, 3)});
    CHECK(archive.summary()->units.at(0).latitude == 1);
    ReceivedPing nowhere = ping("d", 9);
    nowhere.latitude.reset();
    keep(archive, {nowhere});
    CHECK(archive.summary()->units.at(0).latitude == 1);
    keep(archive, {ping("e", 6, 4)});
    REQUIRE(archive.summary()->units.size() == 1);
    CHECK(archive.summary()->units[0].latitude == 4);
    CHECK(archive.summary()->units[0].event_time == noon + std::chrono::minutes(6));
}

TEST_CASE("pings are read page by page in order of arrival, tracks in order of time") {
    const auto database = *open_database(":memory:");
    Archive archive(*database);
    std::vector<ReceivedPing> pings;
    for (int i = 0; i < 10; ++i) pings.push_back(ping("p" + std::to_string(i), 20 - i));
    pings[3].unit_id = "van-8";
    keep(archive, pings);
    auto page = *archive.pings(0, "", 4);
    REQUIRE(page.size() == 4);
    page = *archive.pings(page.back().arrival, "", 100);
    CHECK(page.size() == 6);
    CHECK(archive.pings(0, "van-8", 100)->size() == 1);
    CHECK(archive.pings(0, "van-9", 100)->empty());

    const auto minutes = [](int n) { return noon + std::chrono::minutes(n); };
    const auto track = *archive.track("van-7", minutes(12), minutes(19), 100);
    REQUIRE(track.size() == 7);
    CHECK(track.front().event_time == minutes(12));
    CHECK(track.back().event_time == minutes(19));
    CHECK(archive.track("van-7", minutes(12), minutes(19), 3)->size() == 3);
}

TEST_CASE("a track has what came before it was asked for, and what comes after") {
    const auto database = *open_database(":memory:");
    Archive archive(*database);
    const Instant from = noon, to = noon + std::chrono::hours(1);
    keep(archive, {ping("a", 1)});
    CHECK(archive.track("van-7", from, to, 100)->size() == 1);
    keep(archive, {ping("b", 3), ping("c", 2)});
    const auto track = *archive.track("van-7", from, to, 100);
    REQUIRE(track.size() == 3);
    CHECK(track[1].event_time == noon + std::chrono::minutes(2));
}

TEST_CASE("what a request that failed would have moved stays where it was") {
    const auto database = *open_database(":memory:");
    Archive archive(*database);
    keep(archive, {ping("a", 1, 1)});
    REQUIRE(
        database->execute("CREATE TRIGGER full BEFORE INSERT ON pings WHEN "
                          "NEW.external_id = 'x' BEGIN SELECT RAISE(ABORT, 'full'); END"));
    ReceivedPing other = ping("b", 5, 2);
    other.unit_id = "van-8";
    const std::vector<ReceivedPing> request = {ping("c", 5, 2), other, ping("x", 6)};
    CHECK_FALSE(archive.keep(request, std::vector<std::string>(3), noon));
    REQUIRE(archive.summary()->units.size() == 1);
    CHECK(archive.summary()->units[0].latitude == 1);
    keep(archive, {ping("c", 4, 3), other});
    REQUIRE(archive.summary()->units.size() == 2);
    CHECK(archive.summary()->units[0].latitude == 3);
    CHECK(archive.summary()->units[1].latitude == 2);
}

TEST_CASE("an archive of before keeps its pings, its units and where they were") {
    const test::TemporaryDirectory directory;
    const std::string path = directory.file("office.db");
    {
        const auto database = *open_database(path);
        Archive archive(*database);
        keep(archive, {ping("a", 5, 1)});
        REQUIRE(database->execute(
            "CREATE TABLE old (id TEXT PRIMARY KEY, name TEXT NOT NULL, event_time INTEGER NOT "
            "NULL, latitude REAL, longitude REAL, speed REAL) WITHOUT ROWID;"
            "INSERT INTO old SELECT id, name, event_time, latitude, longitude, speed FROM units;"
            "DROP TABLE units; ALTER TABLE old RENAME TO units;"
            "CREATE INDEX pings_by_unit ON pings (unit, event_time); PRAGMA user_version = 3"));
    }
    const auto database = *open_database(path);
    Archive archive(*database);
    CHECK(archive.summary()->units.at(0).latitude == 1);
    keep(archive, {ping("b", 4, 2)});
    CHECK(archive.summary()->units.at(0).latitude == 1);
    keep(archive, {ping("c", 6, 3)});
    CHECK(archive.summary()->units.at(0).latitude == 3);
    CHECK(archive.summary()->units.size() == 1);
    CHECK(archive.track("van-7", noon, noon + std::chrono::hours(1), 100)->size() == 3);
}

TEST_CASE("what was kept is there after a restart, and a second office is kept out") {
    const test::TemporaryDirectory directory;
    const std::string path = directory.file("office.db");
    {
        const auto database = *open_database(path);
        Archive archive(*database);
        keep(archive, {ping("a", 0)});
        const auto second = open_database(path);
        REQUIRE_FALSE(second);
        CHECK(second.error().fault == Fault::storage);
        CHECK(second.error().detail.find(path) != std::string::npos);
    }
    const auto database = *open_database(path);
    Archive archive(*database);
    keep(archive, {ping("a", 0)});
    CHECK(archive.summary()->pings == 1);
    CHECK(archive.summary()->duplicates == 1);
}

}  // namespace outrider::office
