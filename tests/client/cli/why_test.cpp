#include "client/cli/why.hpp"

#include "client/cli/commands.hpp"
#include "client/cli/exit_code.hpp"
#include "tests/client/cli/one_answer.hpp"
#include "tests/client/cli/points.hpp"

#include <doctest/doctest.h>

using namespace outrider;
using namespace outrider::cli;
using namespace outrider::test;

namespace {

api::Why held() {
    api::Why why;
    why.sentence = "14:00:01 not reported: within 10 m of the line to the next ping, 2 at 14:00:20";
    why.fixes.push_back({ping(0, 1), "reported: the first fix", false});
    why.fixes.push_back({point(1), "not reported: on the line", true});
    return why;
}

struct Answered {
    int code = 0;
    std::string out, err, asked;
};

Answered ask(const std::string& what, const api::Why& answer, Form form = Form::text) {
    Bench bench(api::to_json(answer));
    WhyCommand command;
    command.what = what;
    command.form = form;
    const int code = bench.clock.run(why(bench.context, bench.link, command));
    return {code, bench.out, bench.err, bench.client->asked};
}

}  // namespace

TEST_CASE("a time is asked for as the stretch it means, an id as an id") {
    CHECK(ask("06:12", held()).asked ==
          "/v1/why?from=2026-11-21T06%3A12%3A00.000Z&to=2026-11-21T06%3A13%3A00.000Z");
    CHECK(ask("06:12:07", held()).asked ==
          "/v1/why?from=2026-11-21T06%3A12%3A07.000Z&to=2026-11-21T06%3A12%3A08.000Z");
    CHECK(ask("90s", held()).asked ==
          "/v1/why?from=2026-11-21T06%3A28%3A30.000Z&to=2026-11-21T06%3A28%3A30.000Z");
    CHECK(ask("412", held()).asked == "/v1/why?id=412");
    CHECK(ask("2026", held()).asked == "/v1/why?id=2026");
    CHECK(ask("or-0123456789abcdef-412", held()).asked == "/v1/why?id=or-0123456789abcdef-412");
}

TEST_CASE("the sentence comes first, then the fixes around with a mark at those asked for") {
    const Answered answer = ask("06:12:07", held());
    CHECK(answer.code == exit_ok);
    CHECK(answer.out ==
          R"(14:00:01 not reported: within 10 m of the line to the next ping, 2 at 14:00:20

  14:00:00Z  37.40000 -122.10000  10.5 m/s  reported: the first fix
> 14:00:01Z  37.40007 -122.09992  10.5 m/s  not reported: on the line
)");
}

TEST_CASE("in JSON the answer is the agent's own") {
    CHECK(ask("412", held(), Form::json).out == api::to_json(held()) + "\n");
}

TEST_CASE("the exit code says whether anything is on record") {
    api::Why nothing;
    nothing.sentence = "ping 9: there is none yet";
    CHECK(ask("9", nothing).code == exit_undone);
    nothing.ping = api::Why::Ping{9, "or-0-9", "none", {}, ""};
    CHECK(ask("9", nothing).code == exit_undone);
    nothing.ping->fate = "forgotten";
    CHECK(ask("9", nothing).code == exit_ok);
    nothing.ping.reset();
    nothing.gap = api::Coverage::Gap{at(0), at(60), "gpsd down"};
    CHECK(ask("14:00", nothing).code == exit_ok);
}

TEST_CASE("the office's words cannot steer the terminal") {
    api::Why why = held();
    why.sentence = "refused: \x1b[2J";
    CHECK(ask("412", why).out.find('\x1b') == std::string::npos);
}

TEST_CASE("what is neither time nor id, or too long a time, is told with the cure") {
    const Answered never = ask("never", held());
    CHECK(never.code == exit_usage);
    CHECK(never.err.find("\"never\" is no time: give ") != std::string::npos);
    CHECK(never.err.find("a ping's number or externalId") != std::string::npos);
    CHECK(ask("", held()).code == exit_usage);
    for (const char* longer : {"today", "2026-11-21", "2026-11-21T06"}) {
        const Answered answer = ask(longer, held());
        CHECK(answer.code == exit_usage);
        CHECK(answer.err.find("is longer than a minute: give a time such as 14:32") !=
              std::string::npos);
        CHECK(answer.asked.find("why") == std::string::npos);
    }
}

TEST_CASE("everything the agent told is read back, and nonsense is refused") {
    api::Why why = held();
    why.ping = api::Why::Ping{412, "or-0-412", "dead", at(9), "no such unit"};
    why.gap = api::Coverage::Gap{at(0), at(60), "no fix"};
    const auto again = api::parse_why(api::to_json(why));
    REQUIRE(again);
    CHECK(api::to_json(*again) == api::to_json(why));
    CHECK_FALSE(api::parse_why("{}"));
    CHECK_FALSE(api::parse_why("[]"));
}
