// What is private stays so by a clock that is wrong; and what the report tells.

#include "client/agent/privacy.hpp"

#include "tests/client/agent/van.hpp"

#include <doctest/doctest.h>

#include <string_view>

using namespace outrider;
using namespace outrider::test;
using namespace std::chrono_literals;
using agent::Keeping;

namespace {

struct Device {
    Device() : store(memory_store()) { open(); }
    void open() {
        auto opened = agent::Privacy::open(*store, clock, agent::PrivacySettings{}, boot);
        REQUIRE(opened);
        privacy = std::move(*opened);
    }
    void open_in_another_boot() {
        boot += " and another";
        open();
    }
    void gps_tells() {
        clock.by = {};
        privacy->time_is_known();
    }
    bool is_private() { return privacy->now() == Keeping::private_mode; }
    VirtualClock truth;
    SkewedClock clock{truth};
    std::unique_ptr<offline::Store> store;
    std::string boot = "a boot";
    std::optional<agent::Privacy> privacy;
};

api::PrivacyReport report_of(Van& van) {
    auto report = van.agent->privacy_report(agent::Agent::Places::left_out);
    REQUIRE(report);
    return *report;
}

api::PrivacyReport::Holding holding(const api::PrivacyReport& report, std::string_view what) {
    for (const auto& each : report.holds) {
        if (each.what == what) return each;
    }
    FAIL("not told");
    return {};
}

bool sends(const api::PrivacyReport& report, std::string_view words) {
    return std::ranges::any_of(report.sends, [&](const std::string& sentence) {
        return sentence.find(words) != std::string::npos;
    });
}

}  // namespace

TEST_SUITE("client/agent/privacy: by a wrong clock") {
    TEST_CASE("a clock that was set makes private mode neither shorter nor longer") {
        for (const Duration wrong : {Duration(5h), Duration(-5h), decade, -decade}) {
            CAPTURE(wrong.count());
            Device device;
            REQUIRE(device.privacy->begin(2h, 1000));
            device.truth.run_for(30min);
            device.clock.by = wrong;
            device.open();
            CHECK(device.is_private());
            device.truth.run_for(89min);
            CHECK(device.is_private());
            device.truth.run_for(2min);
            CHECK_FALSE(device.is_private());
        }
    }

    TEST_CASE("in another boot private mode holds for its length, until GPS tells the time") {
        Device device;
        device.gps_tells();
        REQUIRE(device.privacy->begin(2h, 1000));
        device.truth.run_for(90min);
        device.clock.by = 10h;
        device.open_in_another_boot();
        CHECK(device.is_private());
        SUBCASE("which it does not") {
            device.truth.run_for(119min);
            CHECK(device.is_private());
            device.truth.run_for(2min);
            CHECK_FALSE(device.is_private());
        }
        SUBCASE("which it does before the end") {
            device.gps_tells();
            CHECK(device.is_private());
            device.truth.run_for(29min);
            CHECK(device.is_private());
            device.truth.run_for(2min);
            CHECK_FALSE(device.is_private());
        }
        SUBCASE("which it does after the end") {
            device.truth.run_for(31min);
            CHECK(device.is_private());
            device.gps_tells();
            CHECK_FALSE(device.is_private());
            device.open();
            CHECK_FALSE(device.is_private());
        }
        SUBCASE("and starting again in that boot changes nothing of that") {
            device.truth.run_for(20min);
            device.open();
            CHECK(device.is_private());
            SUBCASE("without GPS") {
                device.truth.run_for(99min);
                CHECK(device.is_private());
                device.truth.run_for(2min);
                CHECK_FALSE(device.is_private());
            }
            SUBCASE("with it") {
                device.gps_tells();
                CHECK(device.is_private());
                device.truth.run_for(11min);
                CHECK_FALSE(device.is_private());
            }
        }
    }

    TEST_CASE("private mode begun by a wrong clock does not end by what that showed") {
        Device device;
        device.clock.by = -decade;
        REQUIRE(device.privacy->begin(2h, 1000));
        device.truth.run_for(10min);
        SUBCASE("in the same boot it is told by GPS time once that is known") {
            device.gps_tells();
            REQUIRE(device.privacy->mode());
            CHECK(device.privacy->mode()->until == device.truth.now() + 110min);
            CHECK(device.privacy->mode()->since == device.truth.now() - 10min);
            device.truth.run_for(111min);
        }
        SUBCASE("in another one it holds for its length once more") {
            device.open_in_another_boot();
            device.gps_tells();
            device.truth.run_for(119min);
            CHECK(device.is_private());
            device.truth.run_for(2min);
        }
        CHECK_FALSE(device.is_private());
    }

    TEST_CASE("a page from before, without a boot, is read and holds for its length") {
        Device device;
        const Instant now = device.truth.now();
        const std::string page = fmt::format(R"({{"since":"{}","until":"{}","by":1000}})",
                                             to_rfc3339(now - 10min), to_rfc3339(now + 50min));
        REQUIRE(device.store->commit(
            now, [&] { return device.store->notebook().write("private", page, now); }));
        device.open();
        CHECK(device.is_private());
        CHECK(device.privacy->mode()->by == 1000);
        device.truth.run_for(59min);
        CHECK(device.is_private());
        device.truth.run_for(2min);
        CHECK_FALSE(device.is_private());
    }

    TEST_CASE("fixes that nobody keeps tell the agent that private mode is over") {
        Van van;
        van.start();
        van.drive(2min);
        REQUIRE(van.agent->begin_private(1h, 1000));
        van.pass(10min);
        van.stop();
        van.pass(3h);
        van.settings.workday.boot = "the second boot";
        van.device.by = -3h;
        van.start();
        CHECK(van.agent->keeping() == Keeping::private_mode);
        van.drive(2min);
        CHECK(van.agent->keeping() == Keeping::yes);
    }

    TEST_CASE("in the evening nothing is kept by a clock that shows the afternoon") {
        Van van;
        const Instant now = van.truth.now();
        van.desk.day.checked_in_by = "shift";
        van.desk.day.shifts = {{now - 1h, now + 2h}};
        van.start();
        van.pass(1min);
        van.stop();
        van.cut();
        van.pass(9h);
        van.device.by = -9h;
        van.start();
        REQUIRE(van.agent->workday()->on_duty(van.device.now()));
        van.drive(2min);
        van.agent->privacy();
        CHECK(van.points_on_record() == 0);
        CHECK(van.agent->audit()->not_reported.at("private") == 120);
        CHECK(van.agent->audit()->of(offline::Lane::pings).accepted == 0);
    }
}

TEST_SUITE("client/agent/privacy: the report") {
    TEST_CASE("pages about coverage, suggestions and the times of taps are told, too") {
        Van van;
        van.start();
        van.drive(3min);
        van.pass(5min);
        const auto report = report_of(van);
        const auto coverage = holding(report, "days of coverage");
        CHECK(coverage.count == 1);
        REQUIRE(coverage.first);
        CHECK(std::chrono::floor<std::chrono::days>(van.truth.now()) == *coverage.first);
        CHECK(coverage.until.find("forget") != std::string::npos);
        CHECK(holding(report, "suggestions").count <= 1);
        CHECK(holding(report, "stamps").count <= 1);
    }

    TEST_CASE("what is sent depends on whom the taps go to") {
        Van van;
        van.settings.desk.back_end = api::BackEnd::office;
        van.start();
        CHECK(sends(report_of(van), "what was tapped, when, and where"));
        CHECK(sends(report_of(van), "when they will be there"));
        van.settings.desk.back_end = api::BackEnd::activities;
        CHECK_FALSE(sends(report_of(van), "tapped, when, and where"));
        CHECK_FALSE(sends(report_of(van), "when they will be there"));
        CHECK(sends(report_of(van), "as timesheet activities"));
        van.settings.desk.back_end = api::BackEnd::record;
        van.settings.desk.notes = false;
        CHECK(sends(report_of(van), "No taps"));
    }

    TEST_CASE("how many fixes are on record is told by their size, and about right") {
        Van van;
        van.start();
        van.drive(30min);
        van.pass(5min);
        const auto track = holding(report_of(van), "track");
        const auto exact = static_cast<double>(van.points_on_record());
        REQUIRE(exact > 1700);
        CHECK(static_cast<double>(track.count) == doctest::Approx(exact).epsilon(0.1));
        REQUIRE(track.first);
        REQUIRE(track.last);
        CHECK(*track.last - *track.first >= 29min);
    }
}
