#include "client/api/desks.hpp"

#include "tests/client/api/scripted_api.hpp"
#include "tests/support/result.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <utility>
#include <vector>

namespace outrider::api {
namespace {

using dispatch::Verb;
using test::literal;
using Json = nlohmann::json;

DeskSettings settings() {
    DeskSettings settings;
    settings.tenant = "1000001";
    settings.technician = 21;
    settings.back_end = BackEnd::activities;
    settings.dispatched_type = 61;
    settings.working_type = 62;
    return settings;
}

OfficeDay known_day() {
    OfficeDay day;
    day.technician = 21;
    day.visits.resize(2);
    day.visits[0].appointment = 811;
    day.visits[0].job = 701;
    day.visits[1].appointment = 812;
    day.visits[1].job = 702;
    return day;
}

Move move(Verb verb, std::string id, const char* happened, dispatch::Id appointment = 811) {
    Move move;
    move.id = std::move(id);
    move.verb = verb;
    move.technician = 21;
    move.appointment = appointment;
    move.happened = *parse_rfc3339(happened);
    return move;
}

// The tenant's timesheet, kept as it is told.
struct Timesheet : test::Exchange {
    std::vector<Json> activities;
    ActivityDesk desk{line, clock, settings()};
    std::size_t page_size = 500;
    int lose_answer_of = -1;  // this request is carried out, but its answer does not arrive
    bool memos = true;        // the tenant's types take a memo

    Timesheet() {
        api.on("activitiesList", [this](const http::Request& request) {
            const auto number = std::stoul(http::query_value(request.target, "page"));
            Json page = {{"page", number},
                         {"hasMore", number * page_size < activities.size()},
                         {"data", Json::array()}};
            for (std::size_t i = (number - 1) * page_size;
                 i < activities.size() && i < number * page_size; ++i) {
                page["data"].push_back(activities[i]);
            }
            return done(200, page);
        });
        api.on("activitiesCreate", [this](const http::Request& request) {
            Json json = Json::parse(request.body);
            if (!memos) json.erase("memo");
            add(std::move(json));
            return done(200, {{"id", activities.back()["id"]}});
        });
        api.on("activitiesUpdate", [this](const http::Request& request) {
            const auto id = std::stoll(request.target.substr(request.target.rfind('/') + 1));
            for (Json& each : activities) {
                if (each["id"] == id) each.update(Json::parse(request.body));
            }
            return done(200, {{"id", id}});
        });
    }
    void add(Json json) {
        json["id"] = 90 + activities.size();
        json["active"] = true;
        json["createdOn"] = json["modifiedOn"] = json["startTime"];
        activities.push_back(std::move(json));
    }
    // Somebody else's, or of another kind: no move may touch it.
    Json foreign(const char* type, std::int64_t employee, std::int64_t activity_type) {
        return {{"employeeId", employee},
                {"employeeType", type},
                {"activityTypeId", activity_type},
                {"startTime", "2026-11-21T07:00:00Z"},
                {"appointmentId", 811},
                {"tagTypes", Json::array({5})}};
    }
    http::Response done(int status, const Json& json) {
        const bool lost = static_cast<int>(api.requests.size()) - 1 == lose_answer_of;
        return lost ? test::answer(500, "{}") : test::answer(status, json.dump());
    }
    Result<std::optional<dispatch::Refusal>> tell(const Move& what) {
        return clock.run(desk.tell(what, known_day(), [&what] { return what.quiet; }));
    }
    void must_tell(const Move& what) {
        const auto told = tell(what);
        REQUIRE(told);
        CHECK_FALSE(told->has_value());
    }
    // "61 811 09:00-09:30"
    std::vector<std::string> lines() const {
        std::vector<std::string> out;
        for (const Json& each : activities) {
            const auto time = [&](const char* name) {
                const auto found = each.find(name);
                const bool has = found != each.end() && found->is_string();
                return has ? found->get<std::string>().substr(11, 5) : std::string();
            };
            out.push_back(std::to_string(each["activityTypeId"].get<int>()) + " " +
                          std::to_string(each.value("appointmentId", 0)) + " " + time("startTime") +
                          "-" + time("endTime"));
        }
        return out;
    }
};

using Lines = std::vector<std::string>;

const std::vector<Move> a_day = {
    move(Verb::dispatch, "a1", "2026-11-21T09:00:00.500Z"),
    move(Verb::arrive, "a2", "2026-11-21T09:30:00Z"),
    move(Verb::pause, "a3", "2026-11-21T10:00:00Z"),
    move(Verb::dispatch, "a4", "2026-11-21T10:10:00Z", 812),
    move(Verb::cancel, "a5", "2026-11-21T10:20:00Z", 812),
    move(Verb::resume, "a6", "2026-11-21T10:30:00Z"),
    move(Verb::arrive, "a7", "2026-11-21T10:40:00Z"),
    move(Verb::done, "a8", "2026-11-21T11:00:00Z"),
};
const Lines its_lines = {"61 811 09:00-09:30", "62 811 09:30-10:00", "61 812 10:10-10:20",
                         "61 811 10:30-10:40", "62 811 10:40-11:00"};

}  // namespace

TEST_CASE("a day of moves becomes activities one after the other") {
    Timesheet timesheet;
    for (const Move& each : a_day) timesheet.must_tell(each);
    CHECK(timesheet.lines() == its_lines);
    const Json& first = timesheet.activities[0];
    CHECK(first["employeeId"] == 21);
    CHECK(first["employeeType"] == "Technician");
    CHECK(first["jobId"] == 701);
    CHECK(first["memo"] == "Outrider a1");
    CHECK(first["startTime"] == "2026-11-21T09:00:00.500Z");
}

TEST_CASE("a move has one effect, whichever request of it goes astray") {
    for (const auto& fate : {std::pair{true, true}, {true, false}, {false, true}, {false, false}}) {
        const bool memos = fate.first, arrives = fate.second;
        for (int step = 0;; ++step) {
            CAPTURE(step);
            CAPTURE(arrives);
            Timesheet timesheet;
            timesheet.memos = memos;
            (arrives ? timesheet.lose_answer_of : timesheet.api.fail_at) = step;
            int failures = 0;
            for (const Move& each : a_day) {
                auto told = timesheet.tell(each);
                if (!told) {
                    ++failures;
                    told = timesheet.tell(each);
                }
                REQUIRE(told);
            }
            CHECK(timesheet.lines() == its_lines);
            if (failures == 0) {
                CHECK(step > 15);
                break;
            }
            CHECK(failures == 1);
        }
    }
}

TEST_CASE("a move told twice, later, changes nothing") {
    Timesheet timesheet;
    for (const Move& each : a_day) {
        timesheet.must_tell(each);
        timesheet.must_tell(each);
    }
    CHECK(timesheet.lines() == its_lines);
    timesheet.must_tell(a_day[0]);
    timesheet.must_tell(a_day[7]);
    CHECK(timesheet.lines() == its_lines);
}

TEST_CASE("a move is known by its id when the office has put its time right") {
    Timesheet timesheet;
    timesheet.must_tell(a_day[0]);
    timesheet.activities[0]["startTime"] = "2026-11-21T08:45:00Z";
    timesheet.must_tell(a_day[0]);
    CHECK(timesheet.lines() == Lines{"61 811 08:45-"});
}

TEST_CASE("an id is not taken for another that begins alike") {
    Timesheet timesheet;
    timesheet.must_tell(move(Verb::dispatch, "a10", "2026-11-21T09:00:00Z"));
    timesheet.must_tell(move(Verb::done, "a2", "2026-11-21T09:10:00Z"));
    timesheet.must_tell(move(Verb::dispatch, "a1", "2026-11-21T09:20:00Z"));
    CHECK(timesheet.activities.size() == 2);
}

TEST_CASE("activities of others, of other kinds, of later and inactive ones are left alone") {
    Timesheet timesheet;
    timesheet.add(timesheet.foreign("Technician", 33, 61));
    timesheet.add(timesheet.foreign("Employee", 21, 61));
    timesheet.add(timesheet.foreign("Technician", 21, 63));  // lunch
    timesheet.add(timesheet.foreign("Technician", 21, 62));
    timesheet.activities[3]["startTime"] = "2026-11-21T12:00:00Z";
    timesheet.add(timesheet.foreign("Technician", 21, 62));
    timesheet.activities[4]["active"] = false;
    timesheet.add(timesheet.foreign("Technician", 21, 62));
    timesheet.activities[5]["appointmentId"] = 812;
    const auto before = timesheet.activities;
    timesheet.must_tell(move(Verb::done, "a1", "2026-11-21T09:00:00Z"));
    CHECK(timesheet.activities == before);
}

TEST_CASE("who ends an activity repeats what else stands in it") {
    Timesheet timesheet;
    Json whole = Json::parse(literal("activitiesList.json"))["data"][0];
    whole["startTime"] = "2026-11-21T08:00:00.1234567Z";
    whole["endTime"] = nullptr;
    timesheet.add(whole);
    const Json before = timesheet.activities[0];
    timesheet.must_tell(move(Verb::pause, "a1", "2026-11-21T09:00:00Z"));
    Json after = timesheet.activities[0];
    CHECK(after["endTime"] == "2026-11-21T09:00:00.000Z");
    after["endTime"] = nullptr;
    CHECK(after == before);
}

TEST_CASE("a conflict is a refusal with the office's words") {
    Timesheet timesheet;
    timesheet.api.on("activitiesCreate", literal("activitiesCreate.409.json"), 409);
    const auto told = timesheet.tell(move(Verb::dispatch, "a1", "2026-11-21T09:00:00Z"));
    REQUIRE(told);
    REQUIRE(told->has_value());
    CHECK((*told)->lifted == dispatch::Lifted::by_the_office);
    CHECK((*told)->reason.find("Overlaps activity 90.") != std::string::npos);
}

TEST_CASE("an activity that is gone when it is to end has ended") {
    Timesheet timesheet;
    timesheet.must_tell(move(Verb::dispatch, "a1", "2026-11-21T09:00:00Z"));
    timesheet.api.on("activitiesUpdate", literal("activityTypesGet.404.json"), 404);
    timesheet.must_tell(move(Verb::arrive, "a2", "2026-11-21T09:10:00Z"));
    CHECK(timesheet.activities.size() == 2);
}

TEST_CASE("other answers are errors: nothing is written without having looked") {
    for (const int status : {400, 401, 403, 404, 429, 500}) {
        Timesheet timesheet;
        timesheet.api.on("activitiesList", "{}", status);
        CHECK_FALSE(timesheet.tell(move(Verb::dispatch, "a1", "2026-11-21T09:00:00Z")));
        CHECK(timesheet.api.count("activitiesCreate") == 0);
    }
    Timesheet endless;
    endless.api.on("activitiesList", R"({"page":1,"hasMore":true,"data":[]})");
    const auto told = endless.tell(move(Verb::dispatch, "a1", "2026-11-21T09:00:00Z"));
    REQUIRE_FALSE(told);
    CHECK(told.error().fault == Fault::malformed);
}

TEST_CASE("a whole tenant's activities are looked through, page by page, to an end") {
    Timesheet timesheet;
    timesheet.page_size = 3;
    for (int i = 0; i < 20; ++i) timesheet.add(timesheet.foreign("Technician", 100 + i, 62));
    for (const Move& each : a_day) timesheet.must_tell(each);
    CHECK(timesheet.activities.size() == 25);
    for (int i = 0; i < 60; ++i) timesheet.add(timesheet.foreign("Technician", 100 + i, 62));
    CHECK_FALSE(timesheet.tell(move(Verb::dispatch, "b1", "2026-11-21T15:00:00Z")));
}

}  // namespace outrider::api
