#include "client/office/moves.hpp"

#include "tests/client/office/firm.hpp"

#include <algorithm>
#include <array>
#include <random>

namespace outrider::office {

namespace {

using std::chrono::hours;
using std::chrono::minutes;
using test::Firm;
using test::Verb;
using test::Who;

struct Morning : Firm {
    Morning() {
        technician(301);
        technician(302, "Ben Ode");
        location(1);
        job(10, 1);
        appointment(100, 10, {301, 302});
        appointment(101, 10, {301});
        job(11, location(2));
        appointment(110, 11, {301});
    }
    std::vector<JobTimesheet> sheets() { return books.job_timesheets({})->rows; }
    std::string status(Id appointment) { return get<Appointment>(appointment).status; }
};

}  // namespace

TEST_CASE("a visit moves its rows, its timesheet, its appointment and its job along") {
    Morning firm;
    const Instant set_out = firm.clock.now();
    CHECK(firm.does(Verb::dispatch, 301, 100) == "");
    CHECK(firm.status(100) == "Dispatched");
    CHECK(firm.get<Job>(10).status == "InProgress");
    CHECK(firm.status(101) == "Scheduled");
    firm.pass(minutes(20));
    CHECK(firm.does(Verb::arrive, 301, 100) == "");
    CHECK(firm.status(100) == "Working");
    firm.pass(hours(1));
    CHECK(firm.does(Verb::done, 301, 100) == "");
    CHECK(firm.status(100) == "Working");  // for the other is not done
    const auto sheets = firm.sheets();
    REQUIRE(sheets.size() == 1);
    CHECK(sheets[0].technician == 301);
    CHECK(sheets[0].dispatched == set_out);
    CHECK(sheets[0].arrived == set_out + minutes(20));
    CHECK(sheets[0].done == set_out + minutes(80));
    CHECK_FALSE(sheets[0].canceled);
}

TEST_CASE("each way there has a timesheet of its own, also a canceled one and one after a pause") {
    Morning firm;
    for (const Verb verb : {Verb::dispatch, Verb::cancel, Verb::dispatch, Verb::arrive, Verb::pause,
                            Verb::resume, Verb::arrive, Verb::done}) {
        CHECK(firm.does(verb, 301, 101) == "");
        firm.pass(minutes(1));
    }
    const auto sheets = firm.sheets();
    REQUIRE(sheets.size() == 3);
    CHECK(sheets[0].canceled);
    CHECK_FALSE(sheets[0].arrived);
    CHECK(sheets[1].done);
    CHECK(sheets[2].done);
}

TEST_CASE("what is told late is judged by now and written down as it happened") {
    Morning firm;
    const Instant opened = firm.clock.now();
    CHECK(firm.office(Verb::dispatch, 301, 100) == "");
    firm.pass(hours(3));
    api::Move late = firm.move(Verb::arrive, 301, 100);
    late.happened = opened + minutes(30);
    CHECK(Firm::rule_of(firm.tell(late)) == "");
    CHECK(firm.sheets().at(0).arrived == opened + minutes(30));
    // Before the step it follows it cannot have been.
    api::Move done = firm.move(Verb::done, 301, 100);
    done.happened = opened + minutes(10);
    CHECK(Firm::rule_of(firm.tell(done)) == "");
    CHECK(firm.sheets().at(0).done == opened + minutes(30));
    // By then it was canceled; that it happened before does not count.
    CHECK(firm.office(Verb::dispatch, 301, 101) == "");
    CHECK(firm.office(Verb::cancel, 301, 101) == "");
    api::Move arrive = firm.move(Verb::arrive, 301, 101);
    arrive.happened = opened;
    CHECK(Firm::rule_of(firm.tell(arrive)) == "move");
}

TEST_CASE("an id is carried out once and answered each time") {
    Morning firm;
    const api::Move move = firm.move(Verb::dispatch, 301, 100);
    const auto first = firm.tell(move);
    const std::int64_t revision = *firm.books.revision();
    CHECK(firm.office(Verb::arrive, 302, 100) == "move");
    firm.pass(minutes(10));
    api::Move same = move;
    same.quiet = true;  // it has grown old on the way
    const auto second = firm.tell(same);
    CHECK(*firm.books.revision() == revision);
    REQUIRE(std::holds_alternative<api::Moved>(second));
    api::Moved expected = std::get<api::Moved>(first);
    CHECK_FALSE(expected.repeated);
    CHECK(expected.technicians == std::vector<Id>{301});
    expected.repeated = true;
    CHECK(to_json(std::get<api::Moved>(second)) == to_json(expected));
    const auto log = *logged_moves(firm.books, 0, 100);
    REQUIRE(log.size() == 2);
    CHECK(log[0].carried_out);
    CHECK(log[0].repeats == 1);
    CHECK_FALSE(log[1].carried_out);
    CHECK(log[1].by_office);
}

TEST_CASE("an id with another content, or from the other side, is an error and changes nothing") {
    Morning firm;
    const api::Move move = firm.move(Verb::dispatch, 301, 100);
    CHECK(Firm::rule_of(firm.tell(move)) == "");
    const std::int64_t revision = *firm.books.revision();
    api::Move other = move;
    other.verb = Verb::arrive;
    const auto wrong = carry_out(firm.books, other, Who::technician);
    REQUIRE_FALSE(wrong);
    CHECK(wrong.error().fault == Fault::refused);
    CHECK(wrong.error().detail.find(move.id) != std::string::npos);
    CHECK_FALSE(carry_out(firm.books, move, Who::office));
    CHECK(*firm.books.revision() == revision);
}

TEST_CASE("a refusal keeps nothing, and the same id may be sent again") {
    Morning firm;
    firm.technician(303, "Cy Low", false);
    CHECK(firm.office(Verb::assign, 303, 110) == "");
    const std::int64_t revision = *firm.books.revision();
    const api::Move move = firm.move(Verb::dispatch, 303, 110);
    CHECK(Firm::rule_of(firm.tell(move)) == "checked in");
    CHECK(*firm.books.revision() == revision);
    CHECK(firm.office(Verb::check_in, 303) == "");
    CHECK(Firm::rule_of(firm.tell(move)) == "");
}

TEST_CASE("moves from too far ahead or too long ago are refused with words") {
    Morning firm;
    api::Move move = firm.move(Verb::dispatch, 301, 100);
    const Instant now = firm.clock.now();
    for (const Duration off :
         {Duration(minutes(5)) + Duration(1), -Duration(hours(7 * 24)) - Duration(1)}) {
        move.happened = now + off;
        const auto judged = firm.tell(move);
        REQUIRE(std::holds_alternative<dispatch::Refusal>(judged));
        CHECK_FALSE(std::get<dispatch::Refusal>(judged).reason.empty());
    }
    move.happened = now + minutes(5);
    CHECK(Firm::rule_of(firm.tell(move)) == "");
    api::Move old = firm.move(Verb::arrive, 301, 100);
    old.happened = now - hours(7 * 24);
    CHECK(Firm::rule_of(firm.tell(old)) == "");
}

TEST_CASE("being checked in ends with the office's day, unless check-ins last") {
    for (const bool lasts : {false, true}) {
        BooksOptions options;
        options.utc_offset = -hours(8);
        options.check_in_lasts = lasts;
        Firm firm(options);  // 22:30 in the office
        firm.technician(301);
        firm.job(10, firm.location(1));
        firm.appointment(100, 10, {301});
        CHECK(firm.does(Verb::dispatch, 301, 100) == "");
        CHECK(firm.does(Verb::cancel, 301, 100) == "");
        firm.pass(minutes(89));
        CHECK(firm.books.checked_in(firm.get<Technician>(301)));
        firm.pass(minutes(1));
        CHECK(firm.does(Verb::dispatch, 301, 100) == (lasts ? "" : "checked in"));
    }
}

TEST_CASE("the office moves everybody on an appointment who can, and says whom") {
    Morning firm;
    firm.technician(303, "Cy Low", false);
    CHECK(firm.office(Verb::assign, 303, 100) == "");
    const auto whom = [&](Verb verb) {
        const auto judged = firm.tell(firm.move(verb, 0, 100), Who::office);
        const auto* moved = std::get_if<api::Moved>(&judged);
        return moved == nullptr ? std::vector<Id>{} : moved->technicians;
    };
    CHECK(whom(Verb::dispatch) == std::vector<Id>{301, 302});
    CHECK(whom(Verb::dispatch).empty());
    CHECK(whom(Verb::close).empty());  // they are on the way
    CHECK(whom(Verb::arrive) == std::vector<Id>{301, 302});
    CHECK(whom(Verb::close) == std::vector<Id>{301, 302, 303});
    CHECK(firm.status(100) == "Done");
    CHECK(whom(Verb::close).empty());
    CHECK(whom(Verb::complete) == std::vector<Id>{301});  // it is taken from them at 101
    CHECK(firm.get<Job>(10).status == "Completed");
    CHECK(firm.rule_of(firm.tell(firm.move(Verb::dispatch, 0, firm.appointment(120, 11)),
                                 Who::office)) == "assigned");
    // Nobody but the office moves everybody.
    const auto refused = carry_out(firm.books, firm.move(Verb::close, 0, 100), Who::technician);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().detail.find("technician") != std::string::npos);
    CHECK_FALSE(carry_out(firm.books, firm.move(Verb::check_in, 0), Who::office));
}

TEST_CASE("completing a job dates it, takes it from the others and marks what nobody worked on") {
    Morning firm;
    CHECK(firm.does(Verb::dispatch, 301, 100) == "");
    CHECK(firm.does(Verb::arrive, 301, 100) == "");
    CHECK(firm.does(Verb::dispatch, 302, 100) == "");
    firm.pass(minutes(5));
    CHECK(firm.does(Verb::complete, 301, 100) == "");
    CHECK(firm.get<Job>(10).completed == firm.clock.now());
    CHECK_FALSE(firm.get<Appointment>(100).unused);
    CHECK(firm.get<Appointment>(101).unused);
    CHECK(firm.books.crew(100)->size() == 1);
    AssignmentFilter taken;
    taken.job = 10;
    taken.active = Active::no;
    CHECK(firm.books.assignments(taken)->rows.size() == 2);
    for (const JobTimesheet& each : firm.sheets()) {
        CHECK(each.canceled.has_value() == (each.technician == 302));
        CHECK(each.done.has_value() == (each.technician == 301));
    }
}

TEST_CASE("several technicians are assigned all or none") {
    Morning firm;
    firm.technician(303, "Cy Low");
    const std::vector<Id> both{303, 301};
    const auto refused = *assign(firm.books, 110, both, 9);
    REQUIRE(std::holds_alternative<dispatch::Refusal>(refused));
    CHECK(firm.books.crew(110)->size() == 1);
    const std::vector<Id> two{303, 302};
    CHECK(std::holds_alternative<api::Moved>(*assign(firm.books, 110, two, 9)));
    CHECK(firm.books.crew(110)->at(2).technician == 303);
    CHECK(firm.books.crew(110)->at(2).assigned_by == 9);
    CHECK(firm.does(Verb::dispatch, 303, 110) == "");
    CHECK(std::holds_alternative<dispatch::Refusal>(*unassign(firm.books, 110, two)));
    CHECK(firm.books.crew(110)->size() == 3);
    const std::vector<Id> one{302};
    CHECK(std::holds_alternative<api::Moved>(*unassign(firm.books, 110, one)));
    CHECK(std::holds_alternative<api::Moved>(*assign(firm.books, 110, one, 9)));
    CHECK(firm.books.crew(110)->size() == 3);
}

// The books against the pure rule: the same moves, in the same order, on both.
TEST_CASE("the books are the rule's day after every step of random histories") {
    int carried_out = 0, refused = 0, repeated = 0;
    for (unsigned seed = 1; seed <= 40; ++seed) {
        CAPTURE(seed);
        std::mt19937 dice(seed);
        const auto any = [&](int from, int to) {
            return std::uniform_int_distribution<int>(from, to)(dice);
        };
        Morning firm;
        firm.technician(303, "Cy Low", false);
        Technician kept = firm.get<Technician>(302);
        kept.may_arrive = kept.may_pause = false;
        firm.add(kept);
        dispatch::Day pure = *firm.books.day();
        std::vector<std::pair<api::Move, Who>> sent;
        for (int step = 0; step < 60; ++step) {
            firm.pass(minutes(any(0, 3)));
            dispatch::Action action{
                static_cast<Verb>(any(0, static_cast<int>(Verb::complete))),
                any(0, 1) == 0 ? Who::technician : Who::office, any(301, 304),
                std::array<Id, 4>{100, 101, 110, 999}.at(static_cast<std::size_t>(any(0, 3)))};
            // Mostly what may be done: otherwise little would happen.
            const auto could = dispatch::possible(pure, action.technician);
            const bool late = step > 50;
            if (any(0, 3) > 0 && !could.empty()) {
                action =
                    could.at(static_cast<std::size_t>(any(0, static_cast<int>(could.size()) - 1)));
            }
            if (action.verb == Verb::complete && !late) action.verb = Verb::done;
            if (action.verb <= Verb::check_out) action.appointment = 0;
            const Who by = action.by;
            api::Move move = firm.move(action.verb, action.technician, action.appointment);
            move.happened -= minutes(any(0, 60));
            pure.as_of = firm.clock.now();
            const auto after = dispatch::apply(pure, action);
            const auto judged = firm.tell(move, by);
            if (const auto* day = std::get_if<dispatch::Day>(&after)) {
                REQUIRE(std::holds_alternative<api::Moved>(judged));
                pure = *day;
                ++carried_out;
                sent.emplace_back(move, by);
            } else {
                REQUIRE(std::holds_alternative<dispatch::Refusal>(judged));
                CHECK(std::get<dispatch::Refusal>(judged) == std::get<dispatch::Refusal>(after));
                ++refused;
            }
            dispatch::Day day = *firm.books.day();
            day.as_of = pure.as_of;
            REQUIRE(day == pure);
            for (const auto& [id, appointment] : day.appointments) {
                REQUIRE(firm.status(id) == name(status_of(appointment)));
            }
        }
        // Each id again, in any order: nothing happens.
        std::ranges::shuffle(sent, dice);
        const std::int64_t revision = *firm.books.revision();
        for (const auto& [move, by] : sent) {
            const auto judged = firm.tell(move, by);
            REQUIRE(std::holds_alternative<api::Moved>(judged));
            CHECK(std::get<api::Moved>(judged).repeated);
            ++repeated;
        }
        CHECK(*firm.books.revision() == revision);
        for (const JobTimesheet& each : firm.sheets()) {
            CHECK(each.dispatched);
            if (each.arrived) CHECK(*each.dispatched <= *each.arrived);
            if (each.done) CHECK(each.arrived.value() <= *each.done);
            CHECK_FALSE((each.canceled && each.arrived));
        }
    }
    MESSAGE(carried_out << " moves carried out, " << refused << " refused, " << repeated
                        << " repeated");
    CHECK(carried_out > 400);
    CHECK(refused > 400);
}

}  // namespace outrider::office
