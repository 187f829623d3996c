#include "client/api/desks.hpp"

#include "tests/client/api/tenant.hpp"
#include "tests/support/result.hpp"

#include <nlohmann/json.hpp>

#include <array>
#include <string>
#include <utility>
#include <vector>

namespace outrider::api {
namespace {

using dispatch::Verb;
using test::literal;

constexpr std::array own = {Verb::dispatch, Verb::cancel, Verb::arrive, Verb::pause,
                            Verb::resume,   Verb::done,   Verb::close,  Verb::complete};

DeskSettings settings(BackEnd back_end) {
    DeskSettings settings;
    settings.tenant = "1000001";
    settings.technician = 21;
    settings.back_end = back_end;
    settings.check_in = CheckIn::none;
    settings.dispatched_type = 61;
    settings.working_type = 62;
    return settings;
}

OfficeDay known_day() {
    Visit visit;
    visit.appointment = 811;
    visit.job = 701;
    visit.number = "701-1";
    OfficeDay day;
    day.technician = 21;
    day.technician_name = "Ana Ruiz";
    day.visits = {visit};
    return day;
}

Move move(Verb verb, const char* happened = "2026-11-21T09:42:10.250Z",
          std::string id = "01J9Z-A") {
    Move move;
    move.id = std::move(id);
    move.verb = verb;
    move.technician = 21;
    move.appointment = 811;
    move.happened = *parse_rfc3339(happened);
    return move;
}

using Told = Result<std::optional<dispatch::Refusal>>;

struct AtDesk : test::Exchange {
    std::unique_ptr<Desk> desk;
    explicit AtDesk(DeskSettings how) : desk(make_desk(line, clock, std::move(how))) {}
    explicit AtDesk(BackEnd back_end) : AtDesk(settings(back_end)) {}
    Told tell(const Move& what, OfficeDay day = known_day()) {
        return clock.run(desk->tell(what, std::move(day), [&what] { return what.quiet; }));
    }
    void must_tell(const Move& what) {
        const auto told = tell(what);
        REQUIRE(told);
        CHECK_FALSE(told->has_value());
    }
    nlohmann::json sent(std::size_t request) const {
        REQUIRE(request < api.requests.size());
        return nlohmann::json::parse(api.requests[request].body);
    }
};

}  // namespace

TEST_CASE("every desk takes a technician's moves, and none of the office's") {
    for (const BackEnd each : {BackEnd::office, BackEnd::activities, BackEnd::record}) {
        AtDesk at(each);
        for (const Verb verb : own) CHECK(at.desk->takes(verb));
        for (const Verb verb : {Verb::check_in, Verb::check_out, Verb::assign, Verb::unassign}) {
            CHECK_FALSE(at.desk->takes(verb));
        }
        CHECK(at.desk->shows_moves() == (each == BackEnd::office));
    }
}

TEST_CASE("every desk reads the same day") {
    for (const BackEnd each : {BackEnd::office, BackEnd::activities, BackEnd::record}) {
        test::Tenant tenant;
        tenant.add(811, 701, "2026-11-21T08:00:00Z");
        const auto desk = make_desk(tenant.line, tenant.clock, settings(each));
        const auto day = tenant.clock.run(desk->read(OfficeDay(), {}));
        REQUIRE(day);
        CHECK(day->visits.size() == 1);
    }
}

TEST_CASE("the stand-in is told of a move in its own words") {
    AtDesk at(BackEnd::office);
    Moved moved;
    moved.id = "01J9Z-A";
    moved.technicians = {21};
    at.api.on("office", to_json(moved));
    at.must_tell(move(Verb::arrive));
    CHECK(at.api.requests[0].method == "POST");
    CHECK(at.api.requests[0].target == "/office/v1/actions");
    const auto heard = parse_move(at.api.requests[0].body);
    REQUIRE(heard);
    CHECK(heard->id == "01J9Z-A");
    CHECK(heard->verb == Verb::arrive);
    CHECK(heard->happened == move(Verb::arrive).happened);
}

TEST_CASE("a conflict in the stand-in's words is its refusal, without secrets") {
    AtDesk at(BackEnd::office);
    dispatch::Refusal refusal;
    refusal.rule = dispatch::Rule::one_at_a_time;
    refusal.other = 812;
    refusal.reason = "One at a time, token-of-the-day.";
    at.api.on("office", to_json(refusal), 409);
    const auto told = at.tell(move(Verb::dispatch));
    REQUIRE(told);
    REQUIRE(told->has_value());
    CHECK((*told)->rule == dispatch::Rule::one_at_a_time);
    CHECK((*told)->other == 812);
    CHECK((*told)->reason == "One at a time, (secret).");
}

TEST_CASE("anything else the stand-in says is an error, ambiguous when it may have happened") {
    const auto error = [](int status, const std::string& body,
                          const char* type = "application/json") {
        AtDesk at(BackEnd::office);
        at.api.on("office", [=](const http::Request&) { return test::answer(status, body, type); });
        const auto told = at.tell(move(Verb::arrive));
        REQUIRE_FALSE(told);
        return std::pair(told.error().fault, told.error().ambiguous);
    };
    Moved other;
    other.id = "another";
    using Pair = std::pair<Fault, bool>;
    CHECK(error(409, "{}") == Pair(Fault::refused, false));
    CHECK(error(200, "{}") == Pair(Fault::malformed, true));
    CHECK(error(200, to_json(other)) == Pair(Fault::malformed, true));
    CHECK(error(200, "<html>", "text/html") == Pair(Fault::malformed, true));
    CHECK(error(404, "{}") == Pair(Fault::unauthorised, false));
    CHECK(error(429, "{}") == Pair(Fault::busy, false));
    CHECK(error(500, "{}") == Pair(Fault::unreachable, true));
}

TEST_CASE("only the stand-in is told when somebody will be there") {
    AtDesk at(BackEnd::office);
    REQUIRE(at.desk->takes_estimates());
    at.api.on("office", "{}");
    Estimate estimate;
    estimate.technician = 21;
    estimate.appointment = 701;
    REQUIRE(at.clock.run(at.desk->tell_estimate(estimate)));
    CHECK(at.api.requests[0].target == "/office/v1/estimates");
    CHECK(at.api.requests[0].body == to_json(estimate));
    CHECK_FALSE(AtDesk(BackEnd::record).desk->takes_estimates());
    CHECK_FALSE(AtDesk(BackEnd::activities).desk->takes_estimates());
}

TEST_CASE("a note says in one sentence who did what, when, and by which id") {
    AtDesk at(BackEnd::record);
    at.api.on("jobNotesCreate", literal("jobNotesCreate.json"));
    at.must_tell(move(Verb::arrive));
    CHECK(at.api.requests[0].target == "/jpm/v2/tenant/1000001/jobs/701/notes");
    CHECK(at.sent(0)["text"] ==
          "Ana Ruiz arrived at appointment 701-1 on 2026-11-21 at 09:42 UTC (told by Outrider, "
          "01J9Z-A).");
    for (const Verb verb : own) at.must_tell(move(verb));
    CHECK(at.api.requests.size() == 9);
    Move by_gps = move(Verb::arrive);
    by_gps.automatic = true;
    at.must_tell(by_gps);
    CHECK(at.sent(9)["text"] ==
          "Ana Ruiz arrived at appointment 701-1 on 2026-11-21 at 09:42 UTC (by GPS, told by "
          "Outrider, 01J9Z-A).");
}

TEST_CASE("with notes off nothing leaves the device") {
    DeskSettings silent = settings(BackEnd::record);
    silent.notes = false;
    AtDesk at(silent);
    for (const Verb verb : own) at.must_tell(move(verb));
    CHECK(at.api.requests.empty());
    CHECK(at.authority.requests.empty());
}

TEST_CASE("a note about a job nobody knows is refused, not repeated") {
    AtDesk at(BackEnd::record);
    at.api.on("jobNotesCreate", literal("jobsGet.404.json"), 404);
    const auto told = at.tell(move(Verb::arrive));
    REQUIRE(told);
    CHECK(told->has_value());
    const auto unknown = at.tell(move(Verb::arrive), OfficeDay());
    REQUIRE(unknown);
    CHECK(unknown->has_value());
    CHECK(at.api.requests.size() == 1);
    at.api.on("jobNotesCreate", "{}", 503);
    const auto later = at.tell(move(Verb::arrive));
    REQUIRE_FALSE(later);
    CHECK(later.error().fault == Fault::busy);
}

TEST_CASE("an activity desk leaves a note when an appointment is closed or a job completed") {
    for (const bool notes : {true, false}) {
        DeskSettings how = settings(BackEnd::activities);
        how.notes = notes;
        AtDesk at(how);
        at.api.on("activitiesList", R"({"page":1,"hasMore":false,"data":[]})");
        at.api.on("jobNotesCreate", literal("jobNotesCreate.json"));
        at.must_tell(move(Verb::complete));
        CHECK(at.api.count("jobNotesCreate") == (notes ? 1 : 0));
        at.must_tell(move(Verb::done));
        CHECK(at.api.count("jobNotesCreate") == (notes ? 1 : 0));
    }
}

}  // namespace outrider::api
