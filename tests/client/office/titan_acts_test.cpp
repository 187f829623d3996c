#include "client/office/job_notes.hpp"
#include "tests/client/office/branch_day.hpp"

#include <algorithm>

namespace outrider::office {

namespace {

using std::chrono::hours;
using std::chrono::minutes;
using test::Answer;
using test::at;
using test::BranchDay;
using test::Json;
using test::Verb;

const std::string assign_path = test::dispatch_area + "/appointment-assignments/assign-technicians";
const std::string unassign_path =
    test::dispatch_area + "/appointment-assignments/unassign-technicians";
const std::string activities = test::timesheets_area + "/activities";

Json set_of(Id appointment, std::vector<Id> technicians) {
    return {{"jobAppointmentId", appointment}, {"technicianIds", technicians}};
}

Json travel(const std::string& start) {
    return {{"employeeId", 21},
            {"employeeType", "Technician"},
            {"activityTypeId", 61},
            {"startTime", start},
            {"jobId", 701},
            {"appointmentId", 811},
            {"tagTypes", Json::array()}};
}

std::vector<Id> crew_of(BranchDay& office, Id appointment) {
    std::vector<Id> crew;
    const auto rows = *office.books.crew(appointment);
    for (const Assignment& each : rows) crew.push_back(each.technician);
    return crew;
}

Json technician_of(BranchDay& office, Id id) {
    return office.get(test::settings_area + "/technicians/" + std::to_string(id)).body;
}

}  // namespace

TEST_CASE("assigning puts all of them on the appointment, or none with a conflict") {
    BranchDay office;
    const Answer done = office.ask("POST", assign_path, set_of(813, {22}));
    CHECK(done.status == 200);
    CHECK(done.body["id"] == 813);
    CHECK(crew_of(office, 813) == std::vector<Id>{21, 22});
    office.technician(23, "Cy Ek");
    CHECK(office.ask("POST", assign_path, set_of(813, {23, 22})).status == 409);
    CHECK(crew_of(office, 813) == std::vector<Id>{21, 22});
    CHECK(office.ask("POST", assign_path, set_of(814, {22})).status == 409);
}

TEST_CASE("unassigning leaves alone who has set out, and says so with 400") {
    BranchDay office;
    REQUIRE(office.office(Verb::dispatch, 21, 811) == "");
    CHECK(office.ask("POST", unassign_path, set_of(811, {21})).status == 400);
    CHECK(office.ask("POST", unassign_path, set_of(811, {22, 21})).status == 400);
    CHECK(crew_of(office, 811) == std::vector<Id>{21, 22});
    CHECK(office.ask("POST", unassign_path, set_of(811, {22})).status == 200);
    CHECK(crew_of(office, 811) == std::vector<Id>{21});
}

TEST_CASE("a body that is not the document's is refused by the member's name") {
    BranchDay office;
    const auto said = [&](const std::string& path, const Json& body) {
        return office.named(office.ask(path == activities + "/91" ? "PUT" : "POST", path, body));
    };
    for (const std::string& path : {assign_path, unassign_path}) {
        CHECK(said(path, {{"technicianIds", {22}}}) == "jobAppointmentId");
        CHECK(said(path, {{"jobAppointmentId", 811}}) == "technicianIds");
        CHECK(said(path, set_of(4711, {22})) == "jobAppointmentId");
        CHECK(said(path, set_of(811, {4711})) == "technicianIds");
        CHECK(said(path, {{"jobAppointmentId", "811"}, {"technicianIds", {22}}}) ==
              "jobAppointmentId");
        CHECK(said(path, {{"jobAppointmentId", 811}, {"technicianIds", {1.5}}}) == "technicianIds");
        CHECK(said(path, {{"jobAppointmentId", 811}, {"technicianIds", {22}}, {"x", 1}}) == "x");
        CHECK(said(path, Json::array()) == "$");
        CHECK(office.named(office.ask("POST", path + "?x=1", set_of(811, {22}))) == "x");
    }
    for (const char* name :
         {"employeeId", "employeeType", "activityTypeId", "startTime", "tagTypes"}) {
        Json lacking = travel("2026-03-02T16:40:00Z"), wrong = lacking, null = lacking;
        lacking.erase(name);
        wrong[name] = true;
        null[name] = nullptr;
        for (const Json& body : {lacking, wrong, null}) CHECK(said(activities, body) == name);
    }
    const std::pair<const char*, Json> wrong[] = {
        {"employeeId", 4711},     {"employeeType", "Robot"},
        {"activityTypeId", 4711}, {"endTime", "2026-03-02T16:39:59Z"},
        {"startTime", "today"},   {"jobId", 4711},
        {"appointmentId", 812},   {"memo", 7},
        {"milesDriven", "far"},   {"tagTypes", {"x"}},
        {"jobId", nullptr},       {"active", true}};
    for (const auto& [name, value] : wrong) {
        const std::string member = name;
        CAPTURE(member);
        Json body = travel("2026-03-02T16:40:00Z");
        body[name] = value;
        const Answer answer = office.ask("POST", activities, body);
        REQUIRE(answer.status == 400);
        CHECK(answer.body["errors"].contains(name));
    }
    Json update = travel("2026-03-02T16:40:00Z");
    update.erase("employeeId");
    update.erase("employeeType");
    CHECK(said(activities + "/91", update) == "active");
    update["active"] = true;
    update["employeeId"] = 21;
    CHECK(said(activities + "/91", update) == "employeeId");
    CHECK(office.ids(activities + "?active=Any") == std::vector<Id>{91});
}

TEST_CASE("an activity is what the board shows, and moves no assignment") {
    BranchDay office;
    CHECK(technician_of(office, 21)["status"] == "Idle");
    CHECK(technician_of(office, 21)["jobId"].is_null());
    const std::string start = to_rfc3339(office.clock.now());
    const Answer created = office.ask("POST", activities, travel(start));
    REQUIRE(created.status == 200);
    const Json on_the_way = technician_of(office, 21);
    CHECK(on_the_way["status"] == "Dispatched");
    CHECK(on_the_way["jobId"] == 701);
    CHECK(on_the_way["appoitmentId"] == 811);
    const auto crew = *office.books.crew(811);
    CHECK(crew[0].status == dispatch::Status::scheduled);
    CHECK(office.Firm::get<Appointment>(811).status == "Scheduled");
    CHECK(office.books.job_timesheets({})->rows.empty());

    office.pass(minutes(20));
    Json ended = travel(start);
    ended.erase("employeeId");
    ended.erase("employeeType");
    ended["endTime"] = to_rfc3339(office.clock.now());
    ended["active"] = true;
    const std::string path = activities + "/" + created.body["id"].dump();
    CHECK(office.ask("PUT", path, ended).status == 200);
    CHECK(office.get(path).body["endTime"] == ended["endTime"]);
    CHECK(technician_of(office, 21)["status"] == "Idle");
    CHECK(office.ask("PUT", activities + "/4711", ended).status == 404);
}

TEST_CASE("nobody has two activities at once, and one that was taken back is none") {
    BranchDay office;
    Json first = travel("2026-03-02T16:40:00Z");
    first["endTime"] = "2026-03-02T17:00:00Z";
    const Answer created = office.ask("POST", activities, first);
    REQUIRE(created.status == 200);
    CHECK(office.ask("POST", activities, travel("2026-03-02T16:59:59Z")).status == 409);
    CHECK(office.ask("POST", activities, travel("2026-03-02T16:00:00Z")).status == 409);
    CHECK(office.ask("POST", activities, travel("2026-03-02T17:00:00Z")).status == 200);
    Json another = travel("2026-03-02T16:40:00Z");
    another["employeeId"] = 22;
    CHECK(office.ask("POST", activities, another).status == 200);

    first.erase("employeeId");
    first.erase("employeeType");
    first["active"] = false;
    CHECK(office.ask("PUT", activities + "/" + created.body["id"].dump(), first).status == 200);
    Json again = travel("2026-03-02T16:45:00Z");
    again["endTime"] = "2026-03-02T16:50:00Z";
    CHECK(office.ask("POST", activities, again).status == 200);
}

TEST_CASE("what an activity came with comes back, also what means nothing here") {
    BranchDay office;
    Json body = travel("2026-03-02T16:40:00Z");
    body["memo"] = "outrider \"01J9Z\"\n";
    body["projectId"] = 77;
    body["projectLabel"] = "Boiler";
    body["laborTypeId"] = 4;
    body["budgetCodeId"] = 6;
    body["tagTypes"] = {2, 3};
    const Answer created = office.ask("POST", activities, body);
    REQUIRE(created.status == 200);
    const Json back = office.get(activities + "/" + created.body["id"].dump()).body;
    for (const auto& [name, value] : body.items()) {
        const std::string member = name;
        CAPTURE(member);
        CHECK(back[name] == (name == "startTime" ? Json("2026-03-02T16:40:00.000Z") : value));
    }
}

TEST_CASE("only the single read of an activity type tells what the board shows") {
    BranchDay office;
    const Json list = office.get(test::timesheets_area + "/activity-types").body["data"];
    CHECK(list.size() == 3);
    CHECK_FALSE(list[0].contains("displayedTechnicianStatus"));
    CHECK(office.get(test::timesheets_area + "/activity-types/61")
              .body["displayedTechnicianStatus"] == "Dispatched");
}

TEST_CASE("a technician's status, place and shift are how they are now") {
    BranchDay office;
    REQUIRE(office.office(Verb::dispatch, 21, 811) == "");
    Json row = technician_of(office, 21);
    CHECK(row["status"] == "Dispatched");
    CHECK(row["jobId"] == 701);
    CHECK(row["appoitmentId"] == 811);
    CHECK(row["location"].is_null());
    CHECK(row["shiftStart"] == "08:00:00");
    CHECK(row["shiftEnd"] == "16:30:00");
    CHECK(technician_of(office, 22)["shiftStart"].is_null());
    REQUIRE(office.office(Verb::arrive, 21, 811) == "");
    CHECK(technician_of(office, 21)["status"] == "Working");

    const auto ping = [&](const std::string& id, Instant time, double latitude) {
        const Json body = {{{"unitId", "van-21"},
                            {"unitName", "Van"},
                            {"eventTime", to_rfc3339(time)},
                            {"latitude", latitude},
                            {"longitude", -122.0},
                            {"speed", nullptr},
                            {"street", ""},
                            {"city", ""},
                            {"region", ""},
                            {"postalCode", ""},
                            {"message", ""},
                            {"externalId", id},
                            {"isNew", false},
                            {"statusMessage", ""}}};
        const Answer answer =
            office.ask("POST", test::dispatch_area + "/gps-provider/outrider/gps-pings", body);
        CHECK(answer.body[0]["status"] == "Success");
    };
    const Instant now = office.clock.now();
    ping("a", now - minutes(1), 37.5);
    ping("b", now - minutes(9), 37.9);  // came later, is older
    row = technician_of(office, 21);
    CHECK(row["location"]["latitude"] == 37.5);
    CHECK(row["location"]["longitude"] == -122.0);
    CHECK(row["location"]["coordinatesUpdatedOn"] == to_rfc3339(now - minutes(1)));
}

TEST_CASE("pings that come in are looked at for arrivals") {
    BranchDay office;
    House house = *office.books.house();
    house.arrive_by_gps = true;
    REQUIRE(office.books.set_house(house));
    auto place = office.Firm::get<Location>(401);
    place.verified = true;
    office.add(place);
    REQUIRE(office.office(Verb::dispatch, 21, 811) == "");
    office.pass(minutes(10));
    const auto ping = [&](const std::string& id, double latitude) {
        const Json body = {{{"unitId", "van-21"},
                            {"unitName", "Van"},
                            {"eventTime", to_rfc3339(office.clock.now())},
                            {"latitude", latitude},
                            {"longitude", -122.083855},
                            {"street", ""},
                            {"city", ""},
                            {"region", ""},
                            {"postalCode", ""},
                            {"message", ""},
                            {"externalId", id},
                            {"isNew", false},
                            {"statusMessage", ""}}};
        office.ask("POST", test::dispatch_area + "/gps-provider/outrider/gps-pings", body);
        return technician_of(office, 21)["status"];
    };
    CHECK(ping("far", 37.40) == "Dispatched");
    office.pass(minutes(1));
    CHECK(ping("there", 37.3861) == "Working");
}

TEST_CASE("a night shift ends on the next day, in .NET's way of writing it") {
    BranchDay office;
    Shift night;
    night.technician = 22;
    night.start = office.books.midnight() + hours(22);
    night.end = office.books.midnight() + hours(30);
    office.add(night);
    CHECK(technician_of(office, 22)["shiftEnd"] == "1.06:00:00");
}

TEST_CASE("job timesheets tell when who was dispatched, there and done") {
    BranchDay office;
    const Instant set_out = office.clock.now();
    REQUIRE(office.office(Verb::dispatch, 21, 811) == "");
    office.pass(minutes(20));
    REQUIRE(office.office(Verb::arrive, 21, 811) == "");
    const Json rows = office.get(test::payroll_area + "/jobs/701/timesheets").body["data"];
    REQUIRE(rows.size() == 1);
    CHECK(rows[0]["dispatchedOn"] == to_rfc3339(set_out));
    CHECK(rows[0]["arrivedOn"] == to_rfc3339(set_out + minutes(20)));
    CHECK(rows[0]["doneOn"].is_null());
    CHECK(office.ids(test::payroll_area + "/jobs/702/timesheets").empty());
    CHECK(office.ids(test::payroll_area + "/jobs/timesheets?jobIds=701,702").size() == 1);
}

TEST_CASE("a customer's link is one for each way, and a text says why there is none") {
    BranchDay office;
    const auto link = [&](const std::string& query) {
        return office.get(test::dispatch_area + "/technician-tracking?" + query);
    };
    const Answer first = link("technicianId=21&appointmentId=811");
    CHECK(first.body["technicianTrackingUrl"].get<std::string>().find("/office/v1/tracking/") !=
          std::string::npos);
    CHECK(link("technicianId=21&appointmentId=811").text == first.text);
    CHECK(link("technicianId=22&appointmentId=811").text != first.text);
    for (const char* wrong :
         {"technicianId=21", "appointmentId=811", "", "technicianId=x&appointmentId=811",
          "technicianId=21&appointmentId=814", "technicianId=4711&appointmentId=811",
          "technicianId=21&appointmentId=811&x=1"}) {
        CAPTURE(wrong);
        const Answer answer = link(wrong);
        CHECK(answer.status == 400);
        CHECK(answer.body.is_string());
    }
}

TEST_CASE("a note stays with its job, as it was written") {
    BranchDay office;
    const std::string path = test::jpm_area + "/jobs/701/notes";
    const std::string text = "Ana is on site.\n\"Åsa\" <b>says</b> so";
    const Answer answer = office.ask("POST", path, {{"text", text}, {"pinToTop", true}});
    REQUIRE(answer.status == 200);
    CHECK(answer.body["text"] == text);
    CHECK(answer.body["isPinned"] == true);
    const auto notes = *notes_of(*office.database, 701);
    REQUIRE(notes.size() == 1);
    CHECK(notes[0].text == text);
    CHECK(notes[0].pinned);
    CHECK(notes[0].created == office.clock.now());
    CHECK(office.ask("POST", test::jpm_area + "/jobs/4711/notes", {{"text", "x"}}).status == 404);
    CHECK(office.named(office.ask("POST", path, {{"pinToTop", true}})) == "text");
    CHECK(office.named(office.ask("POST", path, {{"text", std::string(10'001, 'x')}})) == "text");
    CHECK(office.named(office.ask("POST", test::jpm_area + "/jobs/x/notes", {{"text", "x"}})) ==
          "id");
    CHECK(notes_of(*office.database, 701)->size() == 1);
}

}  // namespace outrider::office
