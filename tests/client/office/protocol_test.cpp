#include "client/office/protocol.hpp"

#include "client/office/json.hpp"
#include "tests/client/office/firm.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <utility>
#include <vector>

namespace outrider::office {

namespace {

using std::chrono::hours;
using test::Firm;
using test::Verb;
using test::Who;
using Json = nlohmann::json;

struct Desk : Firm {
    Desk() {
        technician(301);
        technician(302, "Ben Ode");
        job(10, location(1));
        appointment(100, 10, {301});
        appointment(101, 10, {302});
    }
    static http::Request with(const std::string& body) {
        http::Request request;
        request.method = "POST";
        request.body = body;
        return request;
    }
    // The status, and what is told in words.
    static std::string told(const http::Response& response) {
        const Json json = Json::parse(response.body, nullptr, false);
        const std::string words =
            json.is_object() ? json.value("message", json.value("reason", "")) : "?";
        return std::to_string(response.status) + (words.empty() ? "" : " " + words);
    }
    std::string appointment_is(const std::string& body, Id id = 100) {
        return told(patch_appointment(books, id, with(body)));
    }
    std::string job_is(const std::string& body) { return told(patch_job(books, 10, with(body))); }
    Json board() { return Json::parse(get_board(books).body); }
};

Json parsed(const http::Response& response) { return Json::parse(response.body, nullptr, false); }

}  // namespace

TEST_CASE("a move in, its answer out; a refusal is 409, a broken one 400 by its member's name") {
    Desk desk;
    const std::string body = R"({"id":"a","verb":"dispatch","technician":301,"appointment":100,)"
                             R"("happened":"2026-11-21T06:29:00Z"})";
    const auto first = post_action(desk.books, Who::technician, Desk::with(body));
    CHECK(first.status == 200);
    CHECK(first.headers.get("Content-Type") == "application/json; charset=utf-8");
    CHECK(parsed(first) == Json{{"id", "a"},
                                {"repeated", false},
                                {"as_of", "2026-11-21T06:30:00.000Z"},
                                {"technicians", {301}}});
    CHECK(parsed(post_action(desk.books, Who::technician, Desk::with(body)))["repeated"] == true);
    std::string other = body;
    other.replace(other.find("\"a\""), 3, "\"b\"");
    const auto refused = post_action(desk.books, Who::technician, Desk::with(other));
    CHECK(refused.status == 409);
    CHECK(parsed(refused)["rule"] == "move");
    CHECK(
        Desk::told(post_action(desk.books, Who::office, Desk::with(body))).find("400 the id a ") ==
        0);
    other.replace(other.find("dispatch"), 8, "teleport");
    CHECK(Desk::told(post_action(desk.books, Who::office, Desk::with(other))) ==
          "400 'verb' of the move is none of the words there are");
}

TEST_CASE("a technician's standing is what the office leaves to them today") {
    Desk desk;
    CHECK(parsed(get_technician(desk.books, 301))["checked_in"] == true);
    CHECK(Desk::told(patch_technician(
              desk.books, 301,
              Desk::with(R"({"may_arrive":false,"job_filter":"DispatchedWorking"})"))) == "200");
    const Json standing = parsed(get_technician(desk.books, 301));
    CHECK(standing["may_arrive"] == false);
    CHECK(standing["may_dispatch"] == true);
    CHECK(desk.get<Technician>(301).job_filter == "DispatchedWorking");
    desk.pass(hours(24));
    CHECK(parsed(get_technician(desk.books, 301))["checked_in"] == false);
    CHECK(get_technician(desk.books, 999).status == 404);
}

TEST_CASE("an appointment is held, released and moved while nobody has set out") {
    Desk desk;
    const auto before = desk.get<Appointment>(100);
    CHECK(desk.appointment_is(R"({"standing":"on hold"})") == "200");
    CHECK(desk.get<Appointment>(100).status == "Hold");
    CHECK(desk.does(Verb::dispatch, 301, 100) == "standing");
    CHECK(desk.appointment_is(R"({"standing":"open","start":"2026-11-21T10:00:00Z"})") == "200");
    const auto after = desk.get<Appointment>(100);
    CHECK(after.status == "Scheduled");
    CHECK(to_rfc3339(after.start) == "2026-11-21T10:00:00.000Z");
    CHECK(after.end - after.start == before.end - before.start);
    CHECK(after.stamp.revision > before.stamp.revision);
    CHECK(desk.appointment_is(R"({"end":"2026-11-21T10:00:00Z"})") ==
          "409 It would end before it starts.");
    CHECK(desk.does(Verb::dispatch, 301, 100) == "");
    CHECK(desk.appointment_is(R"({"standing":"on hold"})") ==
          "409 It is Dispatched: too late for that.");
    CHECK(desk.appointment_is(R"({"start":"2026-11-21T11:00:00Z"})").substr(0, 3) == "409");
    CHECK(desk.appointment_is("{}", 999) == "404 There is no appointment 999.");
}

TEST_CASE("what was promised to the customer moves with the appointment") {
    Desk desk;
    Appointment row = desk.get<Appointment>(100);
    row.window_start = row.start;
    row.window_end = row.start + hours(2);
    desk.add(row);
    CHECK(desk.appointment_is(R"({"start":"2026-11-21T10:00:00Z","end":"2026-11-21T10:30:00Z"})") ==
          "200");
    const auto after = desk.get<Appointment>(100);
    CHECK(after.window_start == after.start);
    CHECK(after.window_end == after.start + hours(2));
    CHECK(after.end == after.start + std::chrono::minutes(30));
}

TEST_CASE("a job is canceled with its appointments and comes back with them, while nobody is out") {
    Desk desk;
    CHECK(desk.does(Verb::dispatch, 302, 101) == "");
    const auto refused = patch_job(desk.books, 10, Desk::with(R"({"standing":"canceled"})"));
    CHECK(refused.status == 409);
    CHECK(parsed(refused)["other"] == 302);
    CHECK(desk.does(Verb::arrive, 302, 101) == "");
    CHECK(desk.does(Verb::done, 302, 101) == "");
    CHECK(desk.job_is(R"({"standing":"canceled"})") == "200");
    CHECK(desk.get<Job>(10).status == "Canceled");
    CHECK(desk.get<Appointment>(100).status == "Canceled");
    CHECK(desk.get<Appointment>(101).status == "Done");
    CHECK(desk.does(Verb::dispatch, 301, 100) == "standing");
    CHECK(desk.job_is(R"({"standing":"open"})") == "200");
    CHECK(desk.get<Appointment>(100).status == "Scheduled");
    CHECK(desk.get<Job>(10).status == "InProgress");
    CHECK(desk.job_is(R"({"standing":"on hold"})") == "200");
    CHECK(desk.does(Verb::dispatch, 301, 100) == "standing");
    CHECK(desk.job_is(R"({"standing":"open"})") == "200");
    CHECK(desk.office(Verb::complete, 0, 100) == "");
    CHECK(desk.job_is(R"({"standing":"canceled"})") == "409 The job is completed.");
    CHECK(desk.job_is(R"({"standing":"completed"})").find("400 'standing'") == 0);
}

TEST_CASE("settings are read as they were put, and what is left out stays") {
    Desk desk;
    const auto put = [&](const std::string& body) {
        return put_settings(desk.books, Desk::with(body));
    };
    CHECK(put(R"({"notifications":"email","arrival_tracking":true,"template":"{customer}!"})")
              .status == 200);
    CHECK(parsed(put(R"({"limit":false,"arrive_by_gps":true})")) ==
          Json{{"notifications", "email"},
               {"limit", false},
               {"arrival_tracking", true},
               {"template", "{customer}!"},
               {"arrive_by_gps", true}});
    CHECK(get_settings(desk.books).body == put("{}").body);
    CHECK(Desk::told(put(R"({"template":"{cost}"})")).find("400 'template': there is no {cost}") ==
          0);
    CHECK(Desk::told(put(R"({"notifications":"both"})")).find("400 'notifications'") == 0);
    CHECK(Desk::told(put(R"({"template":""})")).find("400 'template'") == 0);
    CHECK(parsed(get_settings(desk.books))["template"] == "{customer}!");
}

TEST_CASE("a change with anything wrong in it changes nothing and names it") {
    Desk desk;
    const std::int64_t revision = *desk.books.revision();
    const std::vector<std::pair<std::string, std::string>> bodies = {
        {R"({"start":"soon"})", "'start'"},
        {R"({"standing":"canceled"})", "'standing'"},
        {R"({"standing":7})", "'standing'"},
        {R"({"standing":"on hold","colour":"red"})", "'colour'"},
        {R"([])", "no JSON object"},
        {"", "no JSON object"},
        {"{\"standing\":\"" + std::string(300'000, 'x') + "\"}", "longer than"}};
    for (const auto& [body, named] : bodies) {
        const std::string told = desk.appointment_is(body);
        CHECK(told.substr(0, 3) == "400");
        CHECK(told.find(named) != std::string::npos);
    }
    const auto technician = [&](const std::string& body) {
        return Desk::told(patch_technician(desk.books, 301, Desk::with(body)));
    };
    CHECK(technician(R"({"may_pause":"yes"})").find("400 'may_pause'") == 0);
    CHECK(technician(R"({"job_filter":"All"})").find("400 'job_filter'") == 0);
    CHECK(desk.job_is("{}") == "400 'standing' of the job's change is missing");
    CHECK(*desk.books.revision() == revision);
}

TEST_CASE("the board shows where everybody and everything is") {
    Desk desk;
    CHECK(desk.does(Verb::dispatch, 301, 100) == "");
    const Json board = desk.board();
    CHECK(board["technicians"][0]["status"] == "Dispatched");
    CHECK(board["technicians"][0]["appointment"] == 100);
    CHECK(board["technicians"][1]["status"] == "Idle");
    CHECK(board["technicians"][1]["appointment"].is_null());
    CHECK(board["appointments"][0]["status"] == "Dispatched");
    CHECK(board["appointments"][0]["crew"] == Json::array({{{"technician", 301},
                                                            {"name", "Ana Ruiz"},
                                                            {"status", "Dispatched"},
                                                            {"paused", false}}}));
    CHECK(board["jobs"][0]["status"] == "InProgress");
}

TEST_CASE("the logs of messages and of moves are lines of JSON, page by page to their end") {
    Desk desk;
    desk.notify();
    for (int i = 0; i < 300; ++i) {
        CHECK(desk.does(Verb::dispatch, 301, 100) == "");
        CHECK(desk.does(Verb::cancel, 301, 100) == "");
        CHECK(desk.does(Verb::cancel, 301, 100) == "move");
    }
    std::int64_t after = 0;
    int count = 0, refused = 0, pages = 0;
    for (std::string lines = "x"; !lines.empty(); ++pages) {
        lines = *action_lines(desk.books, after);
        std::string rest = lines;
        for (auto end = rest.find('\n'); end != std::string::npos; end = rest.find('\n')) {
            const Json json = Json::parse(rest.substr(0, end));
            CHECK(json["move"]["id"] == json["id"]);
            CHECK(json["by"] == "technician");
            refused += json["carried_out"] == false ? 1 : 0;
            CHECK(json["answer"].contains(json["carried_out"] == true ? "technicians" : "rule"));
            ++count;
            rest.erase(0, end + 1);
        }
    }
    CHECK(count == 900);
    CHECK(refused == 300);
    CHECK(pages == 3);
    after = 0;
    const Json json = Json::parse(*notification_lines(desk.books, after));
    CHECK(json["text"] == "Ana Ruiz to Customer 1 at 1 Castro Street, Mountain View, CA 94041");
    CHECK(json["appointment"] == 100);
    CHECK(json["channel"] == "text");
    CHECK(notification_lines(desk.books, after)->empty());
}

}  // namespace outrider::office
