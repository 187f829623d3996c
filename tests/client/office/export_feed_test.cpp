#include "tests/client/office/branch.hpp"

#include <fmt/format.h>

#include <map>
#include <random>

namespace outrider::office {

namespace {

using std::chrono::seconds;
using test::Answer;
using test::Branch;
using test::Json;

// Many on few appointments: more rows than one page of the feed holds.
struct Town : Branch {
    explicit Town(unsigned seed) : dice(seed) {
        for (Id id = 1; id <= 40; ++id) technician(id);
        location(1);
        std::vector<Id> crew;
        for (Id id = 1; id <= 40; ++id) crew.push_back(id);
        for (Id id = 1; id <= 4; ++id) {
            job(id, 1);
            appointment(100 + id, id, crew);
        }
    }
    int lot(int most) { return std::uniform_int_distribution<int>(0, most)(dice); }
    // Something that changes rows, or that the rule refuses.
    void something() {
        const Id technician = 1 + lot(39), appointment = 101 + lot(3);
        const std::vector<Id> one = {technician};
        switch (lot(5)) {
            case 0: REQUIRE(unassign(books, appointment, one)); break;
            case 1: REQUIRE(assign(books, appointment, one, 1)); break;
            case 2: office(test::Verb::dispatch, technician, appointment); break;
            case 3: office(test::Verb::arrive, technician, appointment); break;
            case 4: office(test::Verb::cancel, technician, appointment); break;
            default: clock.run_for(seconds(lot(15))); break;
        }
    }
    std::map<Id, Json> rows() {
        std::map<Id, Json> found;
        for (int page = 1, more = 1; more != 0; ++page) {
            const Answer answer =
                get(fmt::format("{}/appointment-assignments?active=Any&pageSize=500&page={}",
                                test::dispatch_area, page));
            for (const Json& row : answer.body.at("data")) found[row.at("id")] = row;
            more = answer.body.at("hasMore").get<bool>() ? 1 : 0;
        }
        return found;
    }
    std::mt19937 dice;
};

// Knows what the feed has told it, and where it goes on.
struct Follower {
    std::map<Id, Json> rows;
    std::string from;
    // One request; whether there is more at once.
    bool poll(Town& town, bool with_recent) {
        const Answer answer = town.get(
            fmt::format("{}/export/appointment-assignments?active=Any{}{}", test::dispatch_area,
                        from.empty() ? "" : "&from=" + http::percent_encode(from),
                        with_recent ? "&includeRecentChanges=true" : ""));
        REQUIRE(answer.status == 200);
        for (const Json& row : answer.body.at("data")) rows[row.at("id")] = row;
        const bool more = answer.body.at("hasMore");
        if (more) CHECK(answer.body.at("data").size() == 100);
        from = answer.body.at("continueFrom");
        return more;
    }
    void catch_up(Town& town, bool with_recent) {
        for (int i = 0; poll(town, with_recent); ++i) REQUIRE(i < 100);
    }
};

}  // namespace

TEST_CASE("the feed followed from any token misses no change, however it is followed") {
    for (unsigned seed = 1; seed <= 4; ++seed) {
        CAPTURE(seed);
        Town town(seed);
        std::vector<Follower> remembered(1);  // a copy of the follower at each of its tokens
        Follower one;
        for (int i = 0; i < 25; ++i) {
            for (int changes = town.lot(30); changes > 0; --changes) town.something();
            one.poll(town, town.lot(1) == 1);
            remembered.push_back(one);
        }
        const auto now = town.rows();
        CHECK(now.size() > 160);
        for (std::size_t i = 0; i < remembered.size(); ++i) {
            CAPTURE(i);
            Follower again = remembered[i];
            again.catch_up(town, i % 2 == 0);
            CHECK(again.rows == now);
        }
    }
}

TEST_CASE("a feed that has told everything has no more, until something changes") {
    Town town(9);
    Follower one;
    one.catch_up(town, false);
    CHECK(one.rows.size() == 160);
    one.rows.clear();
    CHECK_FALSE(one.poll(town, false));
    CHECK(one.rows.empty());
    town.office(test::Verb::dispatch, 7, 102);
    one.catch_up(town, false);
    REQUIRE(one.rows.size() == 1);
    CHECK(one.rows.begin()->second["status"] == "Dispatched");
    CHECK(one.rows.begin()->second["technicianId"] == 7);
}

TEST_CASE("recent changes come again when they are asked for, and not once they are old") {
    Town town(9);
    town.clock.run_for(seconds(60));
    Follower one;
    one.catch_up(town, true);
    town.office(test::Verb::dispatch, 7, 102);
    for (int i = 0; i < 3; ++i) {
        one.rows.clear();
        one.catch_up(town, true);
        CHECK(one.rows.size() == 1);
    }
    town.clock.run_for(seconds(60));
    one.catch_up(town, true);
    one.rows.clear();
    one.catch_up(town, true);
    CHECK(one.rows.empty());
}

TEST_CASE("the feed begins at a date, and shows what was taken away only when asked to") {
    Town town(9);
    const Instant before = town.clock.now();
    town.clock.run_for(std::chrono::hours(1));
    const std::vector<Id> one = {7};
    REQUIRE(unassign(town.books, 102, one));
    const auto told = [&](const std::string& query) {
        const Answer answer =
            town.get(test::dispatch_area + "/export/appointment-assignments?" + query);
        return answer.body.at("data").size();
    };
    const std::string from = "&from=" + to_rfc3339(before + std::chrono::minutes(1));
    CHECK(told("active=Any" + from) == 1);
    CHECK(told("active=False" + from) == 1);
    CHECK(told("active=True" + from) == 0);
    CHECK(told(from.substr(1)) == 0);
    CHECK(told("active=Any&from=2020-01-01") == 100);
    CHECK(told("active=Any&from=2100-01-01") == 0);
}

}  // namespace outrider::office
