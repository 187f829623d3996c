#include "client/api/office_day.hpp"

#include "tests/support/result.hpp"

#include <nlohmann/json.hpp>

#include <string>

namespace outrider::api {
namespace {

Instant at(std::int64_t seconds) { return Instant(std::chrono::seconds(1'795'000'000 + seconds)); }

OfficeDay full_day() {
    Visit visit;
    visit.appointment = 811;
    visit.job = 701;
    visit.customer = 301;
    visit.location = 401;
    visit.number = "100701-1";
    visit.job_number = "100701";
    visit.summary = "No heat.\n\"Åsa\" waits";
    visit.instructions = "<front desk>";
    visit.priority = "Urgent";
    visit.start = at(0);
    visit.end = at(7200);
    visit.window_start = at(60);
    visit.standing = dispatch::Standing::on_hold;
    visit.job_standing = dispatch::Standing::completed;
    visit.job_begun = true;
    visit.customer_name = "Åsa Lindqvist";
    visit.location_name = "home";
    visit.address = "12 Elm St";
    visit.latitude = 37.386051;
    visit.longitude = -122.083855;
    visit.modified = at(1);
    visit.job_modified = at(2);
    visit.crew = {{21, "Ana", {dispatch::Status::working, false}, at(3)},
                  {22, "Ben", {dispatch::Status::scheduled, true}, at(4)}};
    OfficeDay day;
    day.as_of = at(5);
    day.technician = 21;
    day.technician_name = "Ana";
    day.rights = {true, false, true, false};
    day.checked_in_by = "office";
    day.shifts = {{at(-3600), at(25200)}, {at(82800), at(111600)}};
    day.job_filter = "DispatchedWorking";
    day.visits = {visit, Visit()};
    day.visits[1].appointment = 812;
    day.feed = "eyJ2IjoxfQ==";
    return day;
}

std::string broken(const std::string& pointer, const nlohmann::json& value) {
    auto json = nlohmann::json::parse(to_json(full_day()));
    json[nlohmann::json::json_pointer(pointer)] = value;
    return json.dump();
}

}  // namespace

TEST_CASE("a day comes back from JSON as it was") {
    for (const OfficeDay& day : {full_day(), OfficeDay()}) {
        const auto again = parse_office_day(to_json(day));
        REQUIRE(again);
        CHECK(*again == day);
    }
}

TEST_CASE("a day that cannot be read names the member") {
    const auto complaint = [](const std::string& json) {
        const auto day = parse_office_day(json);
        REQUIRE_FALSE(day);
        CHECK(day.error().fault == Fault::malformed);
        return day.error().detail;
    };
    const auto names = [&](const std::string& json, const std::string& member) {
        const std::string text = complaint(json);
        CAPTURE(text);
        CHECK(text.find("'" + member + "'") != std::string::npos);
    };
    for (const char* text : {"", "{", "[]", "7", "null", "\"x\"", "\xff\xfe"}) {
        CHECK(complaint(text).find("no JSON object") != std::string::npos);
    }
    names("{}", "as_of");
    names(broken("/technician", "21"), "technician");
    names(broken("/technician", 18'446'744'073'709'551'615U), "technician");
    names(broken("/technician", 1e30), "technician");
    names(broken("/visits", 7), "visits");
    names(broken("/visits/1", 7), "visits[1].");
    names(broken("/visits/0/start", "noon"), "visits[0].start");
    names(broken("/visits/0/standing", "gone"), "visits[0].standing");
    names(broken("/visits/0/crew/1/status", nullptr), "visits[0].crew[1].status");
    names(broken("/visits/0/crew/1/paused", 1), "visits[0].crew[1].paused");
    names(broken("/visits/0/latitude", "x"), "visits[0].latitude");
    names(broken("/visits", nlohmann::json::array_t(501)), "visits");
    names(broken("/visits/0/crew", nlohmann::json::array_t(51)), "visits[0].crew");
    names(broken("/feed", std::string(70'000, 'x')), "feed");
}

TEST_CASE("a day's texts are cut at 64 KiB") {
    const auto day = parse_office_day(broken("/visits/0/summary", std::string(1 << 20, 'x')));
    REQUIRE(day);
    CHECK(day->visits[0].summary.size() == 64 * 1024);
}

TEST_CASE("the rule looks at statuses, standings, rights and the age") {
    OfficeDay office = full_day();
    office.visits[1].job = 701;
    office.visits[1].job_standing = dispatch::Standing::completed;
    const dispatch::Day day = rule_day(office);
    CHECK(day.as_of == office.as_of);
    CHECK(day.technicians.at(21) == office.rights);
    CHECK(day.technicians.at(22) == dispatch::Technician{true, true, true, true});
    CHECK(day.jobs.at(701) == dispatch::Job{dispatch::Standing::completed, true});
    CHECK(day.appointments.at(811).job == 701);
    CHECK(day.appointments.at(811).standing == dispatch::Standing::on_hold);
    CHECK(day.appointments.at(811).assigned.at(21).status == dispatch::Status::working);
    CHECK(day.appointments.at(811).assigned.at(22).paused);
    CHECK(day.appointments.at(812).assigned.empty());
    CHECK(rule_day(OfficeDay()) == dispatch::Day());
}

TEST_CASE("a day of before shifts were kept has none") {
    auto json = nlohmann::json::parse(to_json(full_day()));
    json.erase("shifts");
    const auto day = parse_office_day(json.dump());
    REQUIRE(day);
    CHECK(day->shifts.empty());
    CHECK_FALSE(parse_office_day(broken("/shifts", "none")));
    CHECK_FALSE(parse_office_day(broken("/shifts/0/start", 7)));
}

}  // namespace outrider::api
