#include "client/api/move.hpp"
#include "tests/client/office/branch_day.hpp"

namespace outrider::office {

namespace {

using test::Answer;
using test::BranchDay;
using test::Verb;

Answer tell(BranchDay& office, Verb verb, Id technician, Id appointment) {
    return office.raw("POST", "/office/v1/actions",
                      api::to_json(office.move(verb, technician, appointment)));
}

}  // namespace

TEST_CASE("a technician's move comes in on the port, and is judged as theirs") {
    BranchDay office;
    const Answer moved = tell(office, Verb::dispatch, 21, 811);
    CHECK(moved.status == 200);
    CHECK(api::parse_moved(moved.text)->technicians == std::vector<Id>{21});
    CHECK(office.Firm::get<Appointment>(811).status == "Dispatched");
    const Answer refused = tell(office, Verb::check_in, 22, 0);
    CHECK(refused.status == 409);
    CHECK(api::parse_refusal(refused.text)->rule == dispatch::Rule::office_only);
    CHECK(office.raw("POST", "/office/v1/actions", "{}").status == 400);
    CHECK(office.raw("POST", "/office/v1/actions?x=1", "{}").status == 400);
}

TEST_CASE("a technician's standing is told by their id") {
    BranchDay office;
    const Answer told = office.raw("GET", "/office/v1/technicians/21");
    CHECK(told.status == 200);
    CHECK(api::parse_standing(told.text)->rights.checked_in);
    CHECK(office.raw("GET", "/office/v1/technicians/4711").status == 404);
    CHECK(office.raw("GET", "/office/v1/technicians/x").status == 400);
}

TEST_CASE("an estimate of the way is taken from who works here") {
    BranchDay office;
    api::Estimate estimate;
    estimate.technician = 21;
    estimate.appointment = 811;
    CHECK(office.raw("POST", "/office/v1/estimates", api::to_json(estimate)).status == 200);
    CHECK(office.raw("POST", "/office/v1/estimates", "{}").status == 400);
}

TEST_CASE("on the port a token is needed for all but the customer's link") {
    BranchDay office;
    office.token = "nonsense";
    CHECK(tell(office, Verb::dispatch, 21, 811).status == 401);
    CHECK(office.raw("GET", "/office/v1/technicians/21").status == 401);
    CHECK(office.raw("POST", "/office/v1/estimates", "{}").status == 401);
    CHECK(office.raw("GET", "/office/v1/tracking/nonsense").status == 404);
    CHECK(office.Firm::get<Appointment>(811).status == "Scheduled");
}

TEST_CASE("the office's own acts are not to be had on the port") {
    BranchDay office;
    for (const char* target : {"/office/v1/board", "/office/v1/settings", "/office/v1/faults",
                               "/office/v1/notifications", "/office/v1/summary"}) {
        CHECK(office.raw("GET", target).status == 404);
    }
    CHECK(office.raw("GET", "/office/v1/actions").status == 405);
    CHECK(office.raw("PATCH", "/office/v1/technicians/21", "{}").status == 405);
}

TEST_CASE("told to refuse, the office refuses a move in the words a move is refused in") {
    BranchDay office;
    office.faults.set(*parse_faults(R"({"mode":"conflict","on":"officeActions","for":1})"));
    const Answer refused = tell(office, Verb::dispatch, 21, 811);
    CHECK(refused.status == 409);
    CHECK(api::parse_refusal(refused.text)->rule == dispatch::Rule::standing);
    CHECK(tell(office, Verb::dispatch, 21, 811).status == 200);
    for (const char* name : {"officeActions", "officeTechnician", "officeTracking"}) {
        CHECK(parse_faults(std::string(R"({"mode":"stall","on":")") + name + "\"}"));
    }
}

}  // namespace outrider::office
