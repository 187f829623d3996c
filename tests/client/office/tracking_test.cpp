#include "client/office/tracking.hpp"

#include "client/office/archive.hpp"
#include "client/office/arrival.hpp"
#include "client/office/moves.hpp"
#include "client/office/protocol.hpp"
#include "tests/client/office/firm.hpp"

#include <nlohmann/json.hpp>

#include <cmath>
#include <string>
#include <vector>

namespace outrider::office {

namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using test::Firm;
using test::Verb;
using Json = nlohmann::json;

// Ana on the way to 37.39, -122.07, which is verified.
struct Way : Firm {
    Way() : Firm({Duration(), false, "http://office.example"}) {
        technician(301);
        technician(302, "Ben Ode");
        job(10, location(1));
        appointment(100, 10, {301, 302});
        appointment(101, 10, {301});
        House house = *books.house();
        house.arrival_tracking = house.arrive_by_gps = true;
        REQUIRE(books.set_house(house));
        REQUIRE(office(Verb::dispatch, 301, 100) == "");
        token = *books.tracking_token(301, 100);
    }
    void ping(double latitude, double longitude, Instant at, const std::string& refusal = "") {
        ReceivedPing one;
        const std::string id = "p" + std::to_string(++pings);
        one.external_id = id;
        one.unit_id = one.unit_name = "van-301";
        one.event_time = at;
        one.latitude = latitude;
        one.longitude = longitude;
        one.json = "{}";
        const std::vector<ReceivedPing> request{one};
        const std::vector<std::string> refusals{refusal};
        REQUIRE(archive.keep(request, refusals, clock.now()));
        REQUIRE(arrive_by_gps(books, request, refusals));
    }
    // So far north of the place.
    void ping_from(double metres, Instant at) { ping(37.39 + metres / 111'195, -122.07, at); }
    http::Response get(const std::string& accept = "application/json") {
        http::Request request;
        request.headers.set("Accept", accept);
        return tracking_answer(books, token, request);
    }
    Json json() { return Json::parse(get().body, nullptr, false); }
    std::string status() { return std::string(name(books.crew(100)->at(0).status)); }
    void place(bool verified) {
        Location row = Firm::get<Location>(1);
        row.verified = verified;
        add(row);
    }

    Archive archive{*database};
    std::string token;
    int pings = 0;
};

}  // namespace

TEST_CASE("a customer's link tells who comes and where to, and no more of an unverified address") {
    Way way;
    way.place(false);
    way.ping_from(4000, way.clock.now());
    CHECK(way.get().status == 200);
    const Json json = way.json();
    CHECK(json == Json{{"technician", "Ana Ruiz"},
                       {"destination", "1 Castro Street, Mountain View, CA 94041"},
                       {"there", false}});
    const std::string page = way.get("text/html,*/*").body;
    CHECK(page.find("Ana Ruiz") != std::string::npos);
    CHECK(page.find("<svg") == std::string::npos);
}

TEST_CASE("to a verified address there are distance, an estimate of the time and a map") {
    Way way;
    CHECK_FALSE(way.json().contains("distance_m"));  // no position yet
    way.ping_from(3600, way.clock.now());
    const Json json = way.json();
    CHECK(json["distance_m"] == 3600);
    CHECK(json["eta_s"] == 420);  // 3600 m x 1.4 at 12 m/s
    CHECK(json["eta_is"] == "an estimate");
    CHECK(json["destination_latitude"] == 37.39);
    CHECK(json["longitude"] == -122.07);
    const http::Response page = way.get("text/html");
    CHECK(page.headers.get("Content-Type") == "text/html; charset=utf-8");
    CHECK(page.body.find("<svg") != std::string::npos);
    CHECK(page.body.find("3.6 km away, about 7 min") != std::string::npos);
    CHECK(page.body.find("estimate") != std::string::npos);
    way.pass(minutes(31));
    CHECK_FALSE(way.json().contains("distance_m"));  // that was long ago
}

TEST_CASE("what the technician's device expects is shown, with its band, while it is new") {
    Way way;
    way.ping_from(3600, way.clock.now());
    api::Estimate estimate;
    estimate.technician = 301;
    estimate.appointment = 100;
    estimate.at = way.clock.now();
    estimate.low = estimate.at + minutes(8);
    estimate.likely = estimate.at + minutes(12);
    estimate.high = estimate.at + minutes(20);
    const auto tell = [&] {
        http::Request request;
        request.body = api::to_json(estimate);
        return post_estimate(way.books, request).status;
    };
    CHECK(tell() == 200);
    way.pass(minutes(2));
    Json json = way.json();
    CHECK(json["eta_s"] == 600);
    CHECK(json["eta_low_s"] == 360);
    CHECK(json["eta_high_s"] == 1080);
    const std::string page = way.get("text/html").body;
    CHECK(page.find("about 10 min<br><small>between 6 and 18 min, an estimate") !=
          std::string::npos);
    way.pass(minutes(9));
    CHECK_FALSE(way.json().contains("eta_low_s"));  // it has not been heard of for so long
    estimate.at = way.clock.now();
    estimate.appointment = 101;  // another way
    CHECK(tell() == 200);
    CHECK_FALSE(way.json().contains("eta_low_s"));
    estimate.technician = 4711;
    CHECK(tell() == 404);
    http::Request nonsense;
    nonsense.body = "{}";
    CHECK(post_estimate(way.books, nonsense).status == 400);
}

TEST_CASE(
    "an estimate told ahead of the office's clock, or out of order, is refused by its member") {
    Way way;
    api::Estimate estimate;
    estimate.technician = 301;
    estimate.appointment = 100;
    estimate.at = way.clock.now();
    estimate.low = estimate.likely = estimate.high = estimate.at + minutes(8);
    const auto told = [&] {
        http::Request request;
        request.body = api::to_json(estimate);
        return post_estimate(way.books, request);
    };
    const auto refused_for = [&](const std::string& words) {
        const http::Response answer = told();
        CHECK(answer.status == 400);
        CHECK(answer.body.find(words) != std::string::npos);
    };
    estimate.at = way.clock.now() + minutes(1);
    CHECK(told().status == 200);
    estimate.at += std::chrono::seconds(1);
    refused_for("at is");
    estimate.at = way.clock.now();
    estimate.low = estimate.likely + minutes(1);
    refused_for("low is later than likely");
    estimate.low = estimate.likely;
    estimate.high = estimate.likely - minutes(1);
    refused_for("likely is later than high");
}

TEST_CASE("names are text on the page, whatever they hold") {
    Way way;
    Technician ana = way.Firm::get<Technician>(301);
    ana.name = "<script>alert('x')</script> & Co";
    ana.rating = 4.5;
    way.add(ana);
    const std::string page = way.get("text/html").body;
    CHECK(page.find("<script") == std::string::npos);
    CHECK(page.find("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; Co") !=
          std::string::npos);
    CHECK(page.find("4.5 of 5 stars") != std::string::npos);
    CHECK(way.json()["rating"] == 4.5);
    ana.rating = 3.9;
    way.add(ana);
    CHECK_FALSE(way.json().contains("rating"));
}

TEST_CASE("a link lasts as long as its technician is on that way or there, and tracking is on") {
    Way way;
    CHECK(way.office(Verb::arrive, 301, 100) == "");
    CHECK(way.json()["there"] == true);
    CHECK(way.office(Verb::pause, 301, 100) == "");
    CHECK(way.get().status == 404);
    CHECK(way.office(Verb::dispatch, 301, 101) == "");
    CHECK(way.get().status == 404);  // that is another way
    CHECK(way.office(Verb::cancel, 301, 101) == "");
    CHECK(way.office(Verb::resume, 301, 100) == "");
    CHECK(way.get().status == 200);
    CHECK(*way.books.tracking_token(301, 100) == way.token);
    House house = *way.books.house();
    house.arrival_tracking = false;
    REQUIRE(way.books.set_house(house));
    CHECK(way.get().status == 404);
    house.arrival_tracking = true;
    REQUIRE(way.books.set_house(house));
    CHECK(way.office(Verb::arrive, 301, 100) == "");
    CHECK(way.office(Verb::done, 301, 100) == "");
    CHECK(way.get().status == 404);
    CHECK(way.get("text/html").status == 404);
    way.token = "0";
    CHECK(way.get().status == 404);
}

TEST_CASE("within 125 m of the verified address a dispatched technician has arrived, as of then") {
    Way way;
    const Instant set_out = way.clock.now();
    way.pass(minutes(9));
    way.ping_from(126, set_out + minutes(5));
    CHECK(way.status() == "Dispatched");
    way.ping_from(124, set_out + minutes(6));
    CHECK(way.status() == "Working");
    CHECK(way.books.latest_timesheet(100, 301)->value().arrived == set_out + minutes(6));
    const auto log = *logged_moves(way.books, 1, 10);
    REQUIRE(log.size() == 1);
    CHECK(log[0].by_office);
    // Once; and the other technician, who is in no van of ours, not at all.
    way.ping_from(10, set_out + minutes(7));
    CHECK(logged_moves(way.books, 1, 10)->size() == 1);
    CHECK(name(way.books.crew(100)->at(1).status) == "Scheduled");
}

TEST_CASE("no ping makes anybody arrive who is not there now and on the way") {
    SUBCASE("one from before they set out") {
        Way way;
        way.ping_from(10, way.clock.now() - seconds(1));
        CHECK(way.status() == "Dispatched");
    }
    SUBCASE("one that is older than another the office has") {
        Way way;
        way.pass(minutes(9));
        way.ping_from(5000, way.clock.now());
        way.ping_from(10, way.clock.now() - minutes(2));
        CHECK(way.status() == "Dispatched");
    }
    SUBCASE("one the office refused") {
        Way way;
        way.ping(37.39, -122.07, way.clock.now(), "Unit van-301 is unknown.");
        CHECK(way.status() == "Dispatched");
    }
    SUBCASE("one of a receiver that knows nothing") {
        Way way;
        Location row = way.Firm::get<Location>(1);
        row.address.latitude = row.address.longitude = 0;
        way.add(row);
        way.ping(0, 0, way.clock.now());
        CHECK(way.status() == "Dispatched");
    }
    SUBCASE("at an address nobody has verified") {
        Way way;
        way.place(false);
        way.ping_from(10, way.clock.now());
        CHECK(way.status() == "Dispatched");
    }
    SUBCASE("when the office does not want it") {
        Way way;
        House house = *way.books.house();
        house.arrive_by_gps = false;
        REQUIRE(way.books.set_house(house));
        way.ping_from(10, way.clock.now());
        CHECK(way.status() == "Dispatched");
    }
    SUBCASE("of somebody who is not on the way") {
        Way way;
        CHECK(way.office(Verb::cancel, 301, 100) == "");
        way.ping_from(10, way.clock.now());
        CHECK(way.status() == "Scheduled");
    }
}

TEST_CASE("distances are those of the sphere") {
    CHECK(distance_m(37.39, -122.07, 37.39, -122.07) == 0);
    CHECK(distance_m(0, 0, 0, 1) == doctest::Approx(111'195).epsilon(0.001));
    CHECK(distance_m(60, 0, 60, 1) == doctest::Approx(55'597).epsilon(0.001));
    CHECK(distance_m(0, 0, 0, 180) == doctest::Approx(20'015'087).epsilon(0.001));
}

}  // namespace outrider::office
