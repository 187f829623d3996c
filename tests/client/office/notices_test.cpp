#include "client/office/notices.hpp"

#include "tests/client/office/firm.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <random>
#include <set>

namespace outrider::office {

namespace {

using std::chrono::hours;
using std::chrono::minutes;
using test::Firm;
using test::Verb;
using test::Who;

struct Street : Firm {
    explicit Street(BooksOptions options = {}) : Firm(std::move(options)) {
        technician(301);
        technician(302, "Ben Ode");
        job(10, location(1));
        appointment(100, 10, {301, 302});
        job(11, 1);  // another at the same place
        appointment(110, 11, {301, 302});
        job(20, location(2));
        appointment(200, 20, {301, 302});
        notify();
    }
    void set(bool limited) {
        House house = *books.house();
        house.limited = limited;
        REQUIRE(books.set_house(house));
    }
    // Through the appointment and away again.
    void visit(Id technician, Id appointment) {
        for (const Verb verb : {Verb::dispatch, Verb::arrive, Verb::pause}) {
            REQUIRE(office(verb, technician, appointment) == "");
        }
    }
};

}  // namespace

TEST_CASE("the first technician sent out is announced with the message's words filled in") {
    Street street;
    api::Move move = street.move(Verb::dispatch, 301, 100);
    move.happened -= minutes(2);
    CHECK(Firm::rule_of(street.tell(move)) == "");
    const auto told = street.told();
    REQUIRE(told.size() == 1);
    CHECK(told[0].text == "Ana Ruiz to Customer 1 at 1 Castro Street, Mountain View, CA 94041");
    CHECK(told[0].channel == "text");
    CHECK(told[0].technician == 301);
    CHECK(told[0].appointment == 100);
    CHECK(told[0].job == 10);
    CHECK(told[0].customer == 1);
    CHECK(told[0].at == street.clock.now());
    CHECK(told[0].happened == street.clock.now() - minutes(2));
    CHECK(told[0].action == move.id);
    // The second is not, whether the first is still on the way or there already.
    CHECK(street.office(Verb::dispatch, 302, 100) == "");
    CHECK(street.office(Verb::cancel, 302, 100) == "");
    CHECK(street.office(Verb::arrive, 301, 100) == "");
    CHECK(street.office(Verb::dispatch, 302, 110) == "");
    CHECK(street.told().size() == 1);
}

TEST_CASE("nobody is told of a quiet move, of a refused one, twice of one, or when it is off") {
    Street street;
    api::Move move = street.move(Verb::dispatch, 301, 100);
    move.quiet = true;
    CHECK(Firm::rule_of(street.tell(move)) == "");
    CHECK(street.does(Verb::dispatch, 301, 100) == "move");
    CHECK(street.told().empty());
    CHECK(street.office(Verb::cancel, 301, 100) == "");
    move = street.move(Verb::dispatch, 301, 100);
    street.tell(move);
    street.tell(move);
    CHECK(street.told().size() == 1);
    House house = *street.books.house();
    house.channel = "off";
    REQUIRE(street.books.set_house(house));
    CHECK(street.does(Verb::cancel, 301, 100) == "");
    CHECK(street.does(Verb::dispatch, 301, 200) == "");
    CHECK(street.told().size() == 1);
}

TEST_CASE("a job whose customer wants no messages sends none") {
    Street street;
    Job job = street.get<Job>(10);
    job.notify = false;
    street.add(job);
    CHECK(street.does(Verb::dispatch, 301, 100) == "");
    CHECK(street.told().empty());
}

TEST_CASE("sending everybody out announces one") {
    Street street;
    CHECK(Firm::rule_of(street.tell(street.move(Verb::dispatch, 0, 100), Who::office)) == "");
    REQUIRE(street.told().size() == 1);
    CHECK(street.told()[0].technician == 301);
}

TEST_CASE("with the limit on a customer hears once a day, or again when work there has stopped") {
    Street street;
    CHECK(street.office(Verb::dispatch, 301, 100) == "");
    CHECK(street.office(Verb::cancel, 301, 100) == "");
    CHECK(street.office(Verb::dispatch, 302, 110) == "");
    CHECK(street.told().size() == 1);  // nobody has been there
    CHECK(street.office(Verb::cancel, 302, 110) == "");
    CHECK(street.office(Verb::dispatch, 301, 200) == "");
    CHECK(street.told().size() == 2);  // another place
    CHECK(street.office(Verb::cancel, 301, 200) == "");
    street.visit(301, 100);
    CHECK(street.told().size() == 2);
    CHECK(street.office(Verb::dispatch, 302, 100) == "");
    CHECK(street.told().size() == 3);  // all had stopped
    CHECK(street.office(Verb::cancel, 302, 100) == "");
    CHECK(street.office(Verb::resume, 301, 100) == "");
    CHECK(street.told().size() == 3);  // nobody has worked since
}

TEST_CASE("a new day of the office's begins at its own midnight") {
    BooksOptions options;
    options.utc_offset = -hours(8);  // 22:30 in the office
    options.check_in_lasts = true;
    Street street(options);
    CHECK(street.office(Verb::dispatch, 301, 100) == "");
    CHECK(street.office(Verb::cancel, 301, 100) == "");
    street.pass(minutes(89));
    CHECK(street.office(Verb::dispatch, 301, 100) == "");
    CHECK(street.office(Verb::cancel, 301, 100) == "");
    CHECK(street.told().size() == 1);
    street.pass(minutes(1));
    CHECK(street.office(Verb::dispatch, 301, 100) == "");
    CHECK(street.told().size() == 2);
}

TEST_CASE("the rating is shown from four stars, the link only where it is wanted and switched on") {
    for (const auto& [stars, shown] : std::vector<std::pair<std::optional<double>, std::string>>{
             {4.0, "4.0"}, {4.72, "4.7"}, {5.0, "5.0"}, {3.99, ""}, {std::nullopt, ""}}) {
        Street street;
        Technician ana = street.get<Technician>(301);
        ana.rating = stars;
        street.add(ana);
        street.notify("[{rating}] {tracking_url}");
        CHECK(street.office(Verb::dispatch, 301, 100) == "");
        CHECK(street.told().at(0).text == "[" + shown + "] ");
    }
    BooksOptions options;
    options.public_url = "http://office.example";
    Street street(options);
    street.notify("See {tracking_url}.");
    House house = *street.books.house();
    house.arrival_tracking = true;
    REQUIRE(street.books.set_house(house));
    CHECK(street.office(Verb::dispatch, 301, 100) == "");
    const std::string text = street.told().at(0).text;
    const std::string token = *street.books.tracking_token(301, 100);
    CHECK(token.size() == 32);
    CHECK(text == "See http://office.example/office/v1/tracking/" + token + ".");
    CHECK(token != *street.books.tracking_token(302, 100));
}

TEST_CASE("what a customer is called is never taken for a token") {
    Street street;
    Customer customer = street.get<Customer>(1);
    customer.name = "{technician} {";
    street.add(customer);
    street.notify("{customer}|{");
    CHECK(street.office(Verb::dispatch, 301, 100) == "");
    CHECK(street.told().at(0).text == "{technician} {|{");
    CHECK(check_template("{customer} } { x"));
    const auto wrong = check_template("Hello {custommer}");
    REQUIRE_FALSE(wrong);
    CHECK(wrong.error().detail.find("{custommer}") != std::string::npos);
}

namespace {

// Said once more, from the help page and without books: who is where, and what was heard today.
struct Oracle {
    bool limited = true;
    std::map<Id, std::pair<Id, bool>> at;  // place by technician, and whether they work there
    std::map<Id, std::int64_t> heard;      // the day of a place's last message
    std::set<Id> worked_since;             // places where somebody has been working since that
    int told = 0;

    void dispatched(Id technician, Id place, bool quiet, std::int64_t day) {
        const bool alone =
            std::ranges::none_of(at, [&](const auto& each) { return each.second.first == place; });
        at[technician] = {place, false};
        if (quiet || !alone) return;
        const bool today = heard.contains(place) && heard[place] == day;
        if (limited && today && !worked_since.contains(place)) return;
        heard[place] = day;
        worked_since.erase(place);
        ++told;
    }
    void arrived(Id technician) {
        at[technician].second = true;
        worked_since.insert(at[technician].first);
    }
    void left(Id technician) { at.erase(technician); }
};

}  // namespace

TEST_CASE("random mornings send the messages the help page says, and no others") {
    int total = 0;
    for (unsigned seed = 1; seed <= 60; ++seed) {
        CAPTURE(seed);
        std::mt19937 dice(seed);
        const auto any = [&](int from, int to) {
            return std::uniform_int_distribution<int>(from, to)(dice);
        };
        BooksOptions options;
        options.check_in_lasts = true;
        options.utc_offset = hours(any(-12, 12));
        Street street(options);
        Oracle oracle;
        oracle.limited = seed % 3 != 0;
        street.set(oracle.limited);
        const std::map<Id, Id> places = {{100, 1}, {110, 1}, {200, 2}};
        for (int step = 0; step < 80; ++step) {
            street.pass(minutes(any(0, 90)));
            const Id technician = any(301, 302);
            const auto could = dispatch::possible(*street.books.day(), technician);
            if (could.empty()) break;
            auto action =
                could.at(static_cast<std::size_t>(any(0, static_cast<int>(could.size()) - 1)));
            if (action.verb >= Verb::done) action.verb = Verb::pause;  // so that it goes on
            api::Move move = street.move(action.verb, technician, action.appointment);
            move.happened -= minutes(any(0, 30));
            move.quiet = any(0, 4) == 0;
            REQUIRE(Firm::rule_of(street.tell(move)) == "");
            const Id place = places.at(action.appointment);
            switch (action.verb) {
                case Verb::dispatch:
                case Verb::resume:
                    oracle.dispatched(technician, place, move.quiet,
                                      street.books.day_of(street.clock.now()));
                    break;
                case Verb::arrive: oracle.arrived(technician); break;
                default: oracle.left(technician);
            }
            REQUIRE(street.told().size() == static_cast<std::size_t>(oracle.told));
        }
        total += oracle.told;
    }
    MESSAGE(total << " messages");
    CHECK(total > 300);
}

}  // namespace outrider::office
