// When the technician will be there: on the day, and told to an office that shows it.

#include "tests/client/agent/street_van.hpp"

#include <doctest/doctest.h>

using namespace outrider;
using namespace outrider::test;
using namespace std::chrono_literals;
using dispatch::Verb;

TEST_SUITE("client/agent/eta") {
    TEST_CASE("the day says when they will be there, while it is known where they are") {
        StreetVan van;
        van.start();
        CHECK_FALSE(van.day().appointments[0].eta);
        van.drive(-1500);
        const auto day = van.day();
        REQUIRE(day.appointments[0].eta);
        CHECK_FALSE(day.appointments[1].eta);
        const auto& eta = *day.appointments[0].eta;
        CHECK(eta.low > van.clock.now());
        CHECK(eta.low < eta.likely);
        CHECK(eta.likely < eta.high);
        CHECK(eta.likely - van.clock.now() < 10min);
        van.clock.run_for(61s);
        CHECK_FALSE(van.day().appointments[0].eta);
        van.tap(Verb::dispatch, 813);
        van.fix(van.north, 0);
        CHECK_FALSE(van.day().appointments[0].eta);
        CHECK(van.day().appointments[1].eta);
        van.tap(Verb::arrive, 813);
        CHECK_FALSE(van.day().appointments[1].eta);
    }

    TEST_CASE(
        "an office with a customer's page is told when they will be there, while on the way") {
        StreetVan van;
        van.desk.wants_estimates = true;
        van.start();
        van.drive(-1900);
        van.clock.run_for(3min);
        CHECK(van.desk.estimates.empty());
        van.fix(van.north, 0.1);
        van.tap(Verb::dispatch, 813);
        REQUIRE(van.desk.estimates.size() == 1);
        const api::Estimate first = van.desk.estimates.front();
        CHECK(first.technician == me);
        CHECK(first.appointment == 813);
        CHECK(first.low < first.likely);
        CHECK(first.likely < first.high);
        van.drive(1500);  // as expected: not at every minute anew
        CHECK(van.desk.estimates.size() <= 3);
        const auto before = van.desk.estimates.size();
        van.stand(290);  // it takes longer
        CHECK(van.desk.estimates.size() > before);
        CHECK(van.desk.estimates.back().likely - first.likely > 1min);
        van.tap(Verb::cancel, 813);
        const auto last = van.desk.estimates.size();
        van.stand(600);
        CHECK(van.desk.estimates.size() == last);
    }
}
