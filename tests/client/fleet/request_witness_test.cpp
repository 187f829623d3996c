#include "client/fleet/request_witness.hpp"

#include "tests/support/virtual_clock.hpp"

#include <doctest/doctest.h>

#include <chrono>

using namespace outrider;
using namespace std::chrono_literals;
using fleet::RequestWitness;
using Kind = RequestWitness::Kind;

namespace {

http::Response busy(const char* after) {
    http::Response response;
    response.status = 429;
    response.headers.set("Retry-After", after);
    return response;
}

}  // namespace

TEST_CASE("requests without end are noticed") {
    test::VirtualClock clock;
    RequestWitness witness(clock);
    for (int i = 0; i < 200; ++i) witness.leaves(Kind::pings);
    CHECK(witness.complaint() == "");
    witness.leaves(Kind::desk);
    CHECK(witness.complaint() == "201 requests in 0 s");
}

TEST_CASE("a request before the office wants another of its kind is noticed") {
    test::VirtualClock clock;
    RequestWitness witness(clock);
    witness.answered(Kind::pings, busy("60"));
    clock.run_for(59s);
    witness.leaves(Kind::desk);
    CHECK(witness.complaint() == "");
    witness.leaves(Kind::pings);
    CHECK(witness.complaint() == "a request about pings left 1000 ms before the office wanted one");
}

TEST_CASE("a device that starts anew has not heard when the office wants another request") {
    test::VirtualClock clock;
    RequestWitness witness(clock);
    witness.answered(Kind::pings, busy("60"));
    witness.started();
    witness.leaves(Kind::pings);
    CHECK(witness.complaint() == "");
}
