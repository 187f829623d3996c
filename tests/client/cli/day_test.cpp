#include "client/cli/day.hpp"

#include "client/cli/command_line.hpp"
#include "tests/support/result.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <ctime>

using namespace outrider;
using namespace outrider::cli;
using dispatch::Status;
using dispatch::Verb;

namespace {

Instant at(const char* text) { return *parse_rfc3339(text); }

api::DayView morning() {
    ::setenv("TZ", "UTC", 1);
    ::tzset();
    api::DayView day;
    day.now = at("2026-11-21T06:30:00Z");
    day.as_of = at("2026-11-21T06:29:48Z");
    day.age = std::chrono::seconds(12);
    day.technician.id = 301;
    day.technician.name = "Ana Ruiz";
    day.technician.checked_in = true;
    day.technician.checked_in_by = "office";
    api::DayView::Appointment first;
    first.id = 812;
    first.number = "1001-1";
    first.customer = "Shoreline Cafe";
    first.address = "1450 North Shoreline Boulevard, Mountain View";
    first.start = at("2026-11-21T08:00:00Z");
    first.end = at("2026-11-21T10:00:00Z");
    first.summary = "Cooler is warm\nSecond line";
    first.can = {Verb::dispatch};
    first.cannot = {{Verb::arrive, "move", "by the technician", "It is Scheduled."}};
    day.appointments = {first};
    day.next = api::DayView::Step{Verb::dispatch, 812};
    return day;
}

template <class Wanted>
Wanted parsed(const std::vector<std::string>& arguments) {
    const Command command = parse_command_line(arguments);
    REQUIRE(std::holds_alternative<Wanted>(command));
    return std::get<Wanted>(command);
}

}  // namespace

TEST_CASE("the day is a screen with the next step on top and every appointment below") {
    CHECK(render(morning(), Style{}) == R"(Ana Ruiz: checked in, as of 12 s ago
Next: dispatch, 1001-1 Shoreline Cafe   (outrider dispatch 812)

  08:00-10:00       812  Scheduled   1001-1 Shoreline Cafe
                1450 North Shoreline Boulevard, Mountain View
)");
}

TEST_CASE("the day says that it is old, what waits, what is held and that there are cards") {
    auto day = morning();
    day.trouble = "cannot reach api.servicetitan.io";
    day.technician.checked_in = false;
    day.waiting = 1;
    day.cards = 2;
    api::WaitingTap tap;
    tap.happened = day.now - std::chrono::minutes(3);
    tap.held = "Not checked in: ask the office.";
    day.appointments[0].waiting = {tap};
    const std::string text = render(day, Style{});
    for (const char* part :
         {"not checked in: ask the office to check you in", "working offline: cannot reach",
          "dispatch, 3 min ago: Not checked in: ask the office.",
          "One tap is not yet with the office: see `outrider waiting`",
          "2 taps came to nothing: see `outrider cards`"}) {
        CAPTURE(part);
        CHECK(text.find(part) != std::string::npos);
    }
}

TEST_CASE("before the office was heard there is no day, and the reason is told") {
    api::DayView day;
    day.technician.id = 301;
    day.trouble = "no route to the office";
    CHECK(render(day, Style{}) ==
          "Technician 301: the office has not told the day yet: no route to the office\n");
}

TEST_CASE("the next step comes with all that is needed to go there, line by line") {
    const std::string text = render_next(morning(), Style{});
    CHECK(text.find("Next: dispatch, 1001-1 Shoreline Cafe   (outrider dispatch 812)\n") == 0);
    CHECK(text.find("  What          Cooler is warm\n                Second line\n") !=
          std::string::npos);
    auto none = morning();
    none.next.reset();
    none.technician.checked_in = false;
    none.appointments[0].cannot = {
        {Verb::dispatch, "checked in", "by the office", "Not checked in: ask the office."}};
    CHECK(render_next(none, Style{}).find("1001-1 Shoreline Cafe: Not checked in") !=
          std::string::npos);
}

TEST_CASE("what an office writes cannot command a terminal") {
    auto day = morning();
    day.appointments[0].customer = "\x1b[2J evil";
    day.appointments[0].address = "a\x07";
    CHECK(render(day, Style{}).find('\x1b') == std::string::npos);
    CHECK(render(day, Style{}).find('\x07') == std::string::npos);
}

TEST_CASE("a saved tap says what is so now, and whether the office can hear of it") {
    auto day = morning();
    CHECK(render_saved(day, Verb::arrive, 812, Style{}) ==
          "Arrived at 1001-1 Shoreline Cafe.\nSaved. The office is told now.\n");
    day.trouble = "no signal";
    CHECK(render_saved(day, Verb::done, 812, Style{}) ==
          "Done with your part of 1001-1 Shoreline Cafe.\n"
          "Saved. It waits until the office can be reached.\n");
}

TEST_CASE("a refusal names the rule and who can lift it") {
    api::Denied denied;
    denied.error = "Not checked in: ask the office. (the office, as of 06:30Z, 12 min ago)";
    denied.rule = "checked in";
    denied.lifted = "by the office";
    CHECK(render(denied, Style{}) ==
          "Not possible: Not checked in: ask the office. (the office, as of 06:30Z, 12 min ago)\n"
          "  rule: checked in; can be lifted by the office\n");
}

TEST_CASE("a card shows mine, the office's and what happens next, and how to decide") {
    api::Card card;
    card.sequence = 42;
    card.verb = Verb::arrive;
    card.appointment = 812;
    card.number = "1001-1";
    card.happened = at("2026-11-21T06:00:00Z");
    card.mine = "You arrived there.";
    card.office = "The appointment is canceled.";
    card.next = "Talk to the office.";
    card.to_decide = true;
    const std::string text = render(std::span(&card, 1), at("2026-11-21T06:30:00Z"), Style{});
    for (const char* part :
         {"42: arrive 812 1001-1", "30 min ago", "You           You arrived there.",
          "The office    The appointment is canceled.", "What now      Talk to the office.",
          "outrider queue dead retry --lane actions 42",
          "outrider queue dead drop --lane actions 42 --yes"}) {
        CAPTURE(part);
        CHECK(text.find(part) != std::string::npos);
    }
    CHECK(render(std::span<const api::Card>(), {}, Style{}) ==
          "There are no cards: every tap came to something.\n");
    CHECK(render(std::span<const api::WaitingTap>(), {}, Style{}) ==
          "The office has heard everything.\n");
}

namespace {

api::Card arrived() {
    api::Card card;
    card.kind = api::Card::Kind::suggestion;
    card.verb = Verb::arrive;
    card.appointment = 812;
    card.happened = at("2026-11-21T06:22:00Z");
    card.mine = "The vehicle stands there.";
    card.next = "Nothing is done until you say so.";
    card.choices = {{812, "1001-1", "Shoreline Cafe"}};
    return card;
}

}  // namespace

TEST_CASE("what is suggested is a question with its answers") {
    auto day = morning();
    day.suggestions = {arrived()};
    const std::string line =
        "Arrived at 1001-1 Shoreline Cafe, 06:22?   (outrider cards accept|dismiss 812)\n";
    CHECK(render(day, Style{}).find(line) != std::string::npos);
    CHECK(render_next(day, Style{}).find(line) != std::string::npos);
    CHECK(render(std::span<const api::Card>(day.suggestions), day.now, Style{}) ==
          R"(Arrived at 1001-1 Shoreline Cafe, 06:22?
  Since         06:22 (8 min ago)
  Why           The vehicle stands there.
  What now      Nothing is done until you say so.
  It is so      outrider cards accept 812
  It is not     outrider cards dismiss 812
)");
    day.suggestions[0].choices.push_back({814, "1002-1", ""});
    CHECK(render(day, Style{})
              .find("Arrived at 1001-1 Shoreline Cafe or 1002-1, 06:22?   (outrider cards "
                    "accept|dismiss ID)") != std::string::npos);
}

TEST_CASE("which suggestion is meant has to be said only where there are several") {
    auto day = morning();
    CHECK(suggested(day, {}).error().detail == "Nothing is suggested now.");
    day.suggestions = {arrived()};
    CHECK(suggested(day, {})->appointment == 812);
    CHECK(suggested(day, 812)->verb == Verb::arrive);
    CHECK(suggested(day, 813).error().detail ==
          "Nothing is suggested for that one: name one of 812.");
    day.suggestions[0].choices.push_back({814, "1002-1", ""});
    CHECK(suggested(day, {}).error().detail == "Several are suggested: name one of 812, 814.");
    CHECK(suggested(day, 814)->appointment == 812);
}

TEST_CASE("when they will be there stands with the appointment, as a time and a band") {
    auto day = morning();
    day.appointments[0].eta = api::DayView::Appointment::Eta{
        at("2026-11-21T07:28:00Z"), at("2026-11-21T07:35:00Z"), at("2026-11-21T07:48:00Z")};
    CHECK(render(day, Style{}).find("there about 07:35, 07:28 to 07:48\n") != std::string::npos);
    CHECK(render_next(day, Style{}).find("There         about 07:35, 07:28 to 07:48\n") !=
          std::string::npos);
}

TEST_CASE("cards are listed, accepted and dismissed") {
    CHECK(parsed<DayCommand>({"cards"}).view == DayCommand::View::cards);
    CHECK(parsed<CardCommand>({"cards", "accept", "812"}).appointment == 812);
    CHECK(parsed<CardCommand>({"cards", "accept"}).verb == CardCommand::Verb::accept);
    CHECK(parsed<CardCommand>({"cards", "dismiss", "--json"}).verb == CardCommand::Verb::dismiss);
    CHECK_FALSE(parsed<CardCommand>({"cards", "dismiss"}).appointment);
    CHECK(parsed<Answer>({"cards", "keep"}).exit_code == 64);
}

TEST_CASE("the technician's commands are read, with or without an appointment") {
    CHECK(parsed<DayCommand>({"next", "--json"}).view == DayCommand::View::next);
    CHECK_FALSE(parsed<TapCommand>({"arrive"}).appointment);
    CHECK(parsed<TapCommand>({"dispatch", "812"}).appointment == 812);
    CHECK(parsed<TapCommand>({"done", "--all"}).verb == Verb::close);
    CHECK(parsed<TapCommand>({"done", "812", "--job"}).verb == Verb::complete);
    CHECK(parsed<TapCommand>({"cancel"}).verb == Verb::cancel);
    CHECK(parsed<Answer>({"done", "--all", "--job"}).exit_code == 64);
    CHECK(parsed<Answer>({"dispatch", "x"}).exit_code == 64);
    CHECK(parsed<Answer>({"dispatch", "0"}).exit_code == 64);
}
