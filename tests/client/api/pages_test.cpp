#include "client/api/pages.hpp"

#include "tests/client/api/scripted_api.hpp"
#include "tests/support/result.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace outrider::api {
namespace {

using dispatch::Standing;
using dispatch::Status;
using test::literal;

Instant at(const char* text) { return *parse_rfc3339(text); }

template <class Result>
std::string complaint(const Result& result) {
    REQUIRE_FALSE(result);
    CHECK(result.error().fault == Fault::malformed);
    return result.error().detail;
}

}  // namespace

TEST_CASE("appointments typed by hand are read, nulls and missing members, too") {
    const auto page = parse_appointments(literal("appointmentsList.json"));
    REQUIRE(page);
    CHECK(page->more);
    REQUIRE(page->rows.size() == 3);
    const AppointmentRow& first = page->rows[0];
    CHECK(first.id == 811);
    CHECK(first.job == 701);
    CHECK(first.customer == 301);
    CHECK(first.number == "100701-1");
    CHECK(first.instructions ==
          "Park behind the house.\n\nAsk for Mrs. Lindqvist <front desk> & sign in.");
    CHECK(first.start == at("2026-03-02T16:00:00Z"));
    CHECK(first.modified == at("2026-03-02T17:05:12.123Z"));
    CHECK(first.window_end == at("2026-03-02T17:30:00Z"));
    CHECK(first.standing == Standing::open);
    CHECK(page->rows[1].standing == Standing::on_hold);
    CHECK_FALSE(page->rows[1].window_start);
    CHECK(page->rows[2].standing == Standing::canceled);
    const auto nulls = parse_appointments(literal("appointmentsList.nulls.json"));
    REQUIRE(nulls);
    CHECK(nulls->rows[0].number.empty());
    CHECK(nulls->rows[0].instructions.empty());
    CHECK_FALSE(nulls->rows[0].window_start);
}

TEST_CASE("assignments typed by hand are read, with members nobody knows") {
    const auto page = parse_assignments(literal("assignmentsList.json"));
    REQUIRE(page);
    REQUIRE(page->rows.size() == 2);
    CHECK(page->rows[0].name == "Ana Ruiz");
    CHECK(page->rows[0].status == Status::working);
    CHECK(page->rows[1].status == Status::done);
    const auto second = parse_assignments(literal("assignmentsList.second-page.json"));
    REQUIRE(second);
    CHECK_FALSE(second->more);
    CHECK(second->rows[0].paused);
    CHECK(parse_assignments(literal("assignmentsList.unknown-members.json")));
    const auto feed = parse_assignment_feed(literal("assignmentsExport.json"));
    REQUIRE(feed);
    CHECK(feed->more);
    CHECK(feed->next == "eyJ2IjoxLCJzIjo0Mn0=");
    CHECK_FALSE(feed->rows[0].active);
}

TEST_CASE("jobs typed by hand are read, their HTML as text") {
    const auto page = parse_jobs(literal("jobsList.json"));
    REQUIRE(page);
    REQUIRE(page->rows.size() == 2);
    CHECK(page->rows[0].number == "100701");
    CHECK(page->rows[0].location == 401);
    CHECK(page->rows[0].priority == "Urgent");
    CHECK(page->rows[0].standing == Standing::open);
    CHECK(page->rows[0].begun == true);
    CHECK(page->rows[0].summary ==
          "No heat & no hot water.\n- Boiler: Vaillant\n- Call first\nSee notes\n2 < 3");
    CHECK(page->rows[1].standing == Standing::on_hold);
    CHECK_FALSE(page->rows[1].begun);
    CHECK(page->rows[1].summary == "Plain text, one < two");
}

TEST_CASE("a job's status is understood in all its spellings, and unknown ones are borne") {
    auto json = nlohmann::json::parse(literal("jobsList.json"));
    const auto standing = [&](const char* word) {
        json["data"][0]["jobStatus"] = word;
        const auto page = parse_jobs(json.dump());
        REQUIRE(page);
        return std::pair(page->rows[0].standing, page->rows[0].begun);
    };
    using Pair = std::pair<std::optional<Standing>, std::optional<bool>>;
    CHECK(standing("Scheduled") == Pair(Standing::open, false));
    CHECK(standing("Dispatched") == Pair(Standing::open, true));
    CHECK(standing("InProgress") == Pair(Standing::open, true));
    CHECK(standing("In Progress") == Pair(Standing::open, true));
    CHECK(standing("Hold") == Pair(Standing::on_hold, std::nullopt));
    CHECK(standing("Completed") == Pair(Standing::completed, true));
    CHECK(standing("Canceled") == Pair(Standing::canceled, std::nullopt));
    CHECK(standing("Postponed") == Pair(std::nullopt, std::nullopt));
}

TEST_CASE("of a technician's record only the name, the filter and the status are kept") {
    const auto record = parse_technician(literal("techniciansGet.json"));
    REQUIRE(record);
    CHECK(record->name == "Ana Ruiz");
    CHECK(record->job_filter == "DispatchedWorking");
    CHECK_FALSE(record->idle);
    CHECK(record->appointment == 811);
    const auto nulls = parse_technician(literal("techniciansGet.nulls.json"));
    REQUIRE(nulls);
    CHECK(nulls->idle);
    CHECK(nulls->job_filter.empty());
    CHECK(nulls->appointment == 0);
}

TEST_CASE("places, customers, shifts and activities typed by hand are read") {
    const auto place = parse_location(literal("locationsGet.json"));
    REQUIRE(place);
    CHECK(place->name == "Lindqvist, home");
    CHECK(place->address == "12 Elm St, Apt 3, Mountain View, CA 94040");
    CHECK(place->latitude == 37.386051);
    const auto bare = parse_location(literal("locationsGet.without-coordinates.json"));
    REQUIRE(bare);
    CHECK(bare->address == "Route 9, CA");
    CHECK_FALSE(bare->latitude);
    const auto name = parse_customer_name(literal("customersGet.json"));
    REQUIRE(name);
    CHECK(*name == "Åsa Lindqvist & Söner");
    const auto shifts = parse_shifts(literal("shiftsList.json"));
    REQUIRE(shifts);
    CHECK(shifts->rows[0].normal);
    CHECK_FALSE(shifts->rows[1].normal);
    CHECK(shifts->rows[1].end == at("2026-03-03T14:00:00Z"));
    const auto activities = parse_activities(literal("activitiesList.json"));
    REQUIRE(activities);
    CHECK(activities->rows[0].technician);
    CHECK(activities->rows[0].memo == "outrider 01J9Z");
    CHECK_FALSE(activities->rows[1].technician);
    CHECK_FALSE(activities->rows[1].end);
    const auto update = nlohmann::json::parse(activities->rows[0].update + "}");
    CHECK(update["laborTypeId"] == 4);
    CHECK(update["tagTypes"] == nlohmann::json::array({2}));
    CHECK_FALSE(update.contains("endTime"));
    CHECK_FALSE(update.contains("startCoordinate"));
}

TEST_CASE("a place off the globe is none") {
    auto json = nlohmann::json::parse(literal("locationsGet.json"));
    json["address"]["latitude"] = 137.0;
    const auto place = parse_location(json.dump());
    REQUIRE(place);
    CHECK_FALSE(place->latitude);
    CHECK_FALSE(place->longitude);
}

TEST_CASE("an answer of another shape names what is wrong") {
    for (const char* text : {"", "[", "[]", "7", "null", "<html>", "{}", R"({"data":[]})"}) {
        CHECK_FALSE(parse_appointments(text));
        CHECK_FALSE(parse_assignments(text));
        CHECK_FALSE(parse_assignment_feed(text));
        CHECK_FALSE(parse_jobs(text));
        CHECK_FALSE(parse_shifts(text));
        CHECK_FALSE(parse_activities(text));
    }
    CHECK_FALSE(parse_assignment_feed(literal("assignmentsList.json")));  // no token
    auto json = nlohmann::json::parse(literal("assignmentsList.json"));
    const auto with = [&](const char* member, const nlohmann::json& value) {
        auto other = json;
        other["data"][1][member] = value;
        return complaint(parse_assignments(other.dump()));
    };
    const nlohmann::json beyond = nlohmann::json::parse("9223372036854775808");
    const nlohmann::json digits = nlohmann::json::parse("123456789012345678901234567890");
    CHECK(with("id", beyond).find("'data[1].id'") != std::string::npos);
    CHECK(with("technicianId", digits).find("'data[1].technicianId'") != std::string::npos);
    CHECK(with("status", 7).find("'data[1].status'") != std::string::npos);
    CHECK(with("isPaused", nullptr).find("'data[1].isPaused'") != std::string::npos);
    CHECK(with("modifiedOn", "yesterday").find("'data[1].modifiedOn'") != std::string::npos);
    json["data"][1].erase("appointmentId");
    CHECK(complaint(parse_assignments(json.dump())).find("'data[1].appointmentId'") !=
          std::string::npos);
}

TEST_CASE("every member left out or of another kind is an answer or a clear error, no crash") {
    const std::vector<nlohmann::json> kinds = {nullptr, true, -1.5, "x", nlohmann::json::array()};
    using Read = bool (*)(std::string_view);
    const std::vector<std::pair<const char*, Read>> readers = {
        {"appointmentsList.json", [](auto text) { return parse_appointments(text).has_value(); }},
        {"assignmentsExport.json",
         [](auto text) { return parse_assignment_feed(text).has_value(); }},
        {"jobsList.json", [](auto text) { return parse_jobs(text).has_value(); }},
        {"shiftsList.json", [](auto text) { return parse_shifts(text).has_value(); }},
        {"activitiesList.json", [](auto text) { return parse_activities(text).has_value(); }},
        {"techniciansGet.json", [](auto text) { return parse_technician(text).has_value(); }},
        {"locationsGet.json", [](auto text) { return parse_location(text).has_value(); }},
        {"customersGet.json", [](auto text) { return parse_customer_name(text).has_value(); }},
    };
    for (const auto& [file, read] : readers) {
        const char* const name = file;
        CAPTURE(name);
        const auto whole = nlohmann::json::parse(literal(name));
        CHECK(read(whole.dump()));
        int refused = 0;
        const auto leaves = whole.flatten();
        for (const auto& [pointer, value] : leaves.items()) {
            for (const auto& kind : kinds) {
                auto json = whole;
                json[nlohmann::json::json_pointer(pointer)] = kind;
                refused += read(json.dump()) ? 0 : 1;
            }
        }
        CHECK(refused > 2);
    }
}

TEST_CASE("ten thousand rows are read, and more are refused") {
    const auto row = nlohmann::json::parse(literal("assignmentsList.json"))["data"][0];
    nlohmann::json json = {
        {"page", 1}, {"hasMore", false}, {"data", nlohmann::json::array_t(10'000, row)}};
    const auto page = parse_assignments(json.dump());
    REQUIRE(page);
    CHECK(page->rows.size() == 10'000);
    json["data"].push_back(row);
    CHECK(complaint(parse_assignments(json.dump())).find("'data'") != std::string::npos);
}

TEST_CASE("a time without an offset is UTC, and seven fraction digits are borne") {
    auto json = nlohmann::json::parse(literal("shiftsList.json"));
    json["data"][0]["start"] = "2026-03-02T15:00:00";
    json["data"][0]["end"] = "2026-03-02T23:30:00.1234567";
    const auto page = parse_shifts(json.dump());
    REQUIRE(page);
    CHECK(page->rows[0].start == at("2026-03-02T15:00:00Z"));
    CHECK(page->rows[0].end == at("2026-03-02T23:30:00.123Z"));
}

}  // namespace outrider::api
