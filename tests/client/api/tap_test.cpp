#include "client/api/tap.hpp"

#include "tests/support/result.hpp"

#include <doctest/doctest.h>

using namespace outrider;
using namespace outrider::api;

namespace {

Tap full_tap() {
    Tap tap;
    tap.verb = dispatch::Verb::arrive;
    tap.technician = 301;
    tap.appointment = 9'007'199'254'740'993;  // no double holds it
    tap.happened = *parse_rfc3339("2026-11-21T06:30:00.250Z");
    tap.by_gps = true;
    tap.automatic = true;
    tap.uptime = Uptime(std::chrono::milliseconds(3'600'000));
    tap.latitude = 37.4;
    tap.longitude = -122.1;
    tap.believed.assignment = {dispatch::Status::dispatched, true};
    tap.believed.checked_in = true;
    tap.believed.as_of = *parse_rfc3339("2026-11-21T06:29:00.000Z");
    tap.believed.number = "J-812-1";
    tap.believed.customer = "Shoreline Cafe";
    return tap;
}

}  // namespace

TEST_CASE("a tap comes back from the disk as it was") {
    for (const Tap& tap : {full_tap(), Tap()}) {
        const auto again = decode_tap(encode(tap));
        REQUIRE(again);
        CHECK(*again == tap);
    }
    CHECK(encode(full_tap()).size() < 420);
    Tap of_a_boot = full_tap();
    of_a_boot.boot = "5f6e0a0e-0f4c-4d57-9a8e-3d6d2c9f9d11";
    CHECK(*decode_tap(encode(of_a_boot)) == of_a_boot);
    std::string older = encode(full_tap());  // written before there were boots in it
    const std::string boot = R"("boot":null,)";
    REQUIRE(older.find(boot) != std::string::npos);
    older.erase(older.find(boot), boot.size());
    CHECK(*decode_tap(older) == full_tap());
}

TEST_CASE("a tap from before it was known who made it is the technician's own") {
    std::string record = encode(full_tap());
    const std::string member = R"("automatic":true,)";
    record.erase(record.find(member), member.size());
    const auto tap = decode_tap(record);
    REQUIRE(tap);
    CHECK_FALSE(tap->automatic);
}

TEST_CASE("a damaged tap is refused by name, whatever became of it") {
    CHECK(decode_tap("").error().detail == "this action's record cannot be read, no JSON object");
    CHECK(decode_tap("[]").error().fault == Fault::malformed);
    CHECK(decode_tap(R"({"verb":"fly"})").error().detail ==
          "this action's record cannot be read, 'verb' missing or of a wrong kind");
    const std::string record = encode(full_tap());
    for (std::size_t i = 0; i < record.size(); ++i) {
        CHECK_FALSE(decode_tap(record.substr(0, i)));
        for (const char c : {'\0', '"', '{', '9', 'x', '\xff'}) {
            std::string changed = record;
            changed[i] = c;
            const auto tap = decode_tap(changed);
            if (tap) CHECK(decode_tap(encode(*tap)));
        }
    }
}

TEST_CASE("an action's id is stable and never a ping's") {
    CHECK(action_id(0x1f2e3d4c5b6a7988, 42) == "or-1f2e3d4c5b6a7988-a42");
}

TEST_CASE("what the office was told comes back from the notebook as it was") {
    const std::vector<Told> told = {
        {301, 812, {dispatch::Status::working, false}, {dispatch::Status::scheduled, true}},
        {301, 813, {}, {dispatch::Status::done, false}}};
    const auto again = decode_told(encode(told));
    REQUIRE(again);
    CHECK(*again == told);
    CHECK(decode_told(R"({"told":[{"technician":301}]})").error().detail.find("told[].") !=
          std::string::npos);
}

TEST_CASE("true times come back from the notebook as they were") {
    const std::vector<Stamp> stamps = {{7, *parse_rfc3339("2026-11-21T06:30:00.250Z"), false},
                                       {9, *parse_rfc3339("2026-11-21T06:31:00.000Z"), true}};
    const auto again = decode_stamps(encode(stamps));
    REQUIRE(again);
    CHECK(*again == stamps);
    CHECK(decode_stamps(R"({"stamps":[{"sequence":7}]})").error().detail.find("stamps[].") !=
          std::string::npos);
}
