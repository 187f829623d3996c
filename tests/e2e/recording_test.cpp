// Recorded receivers through the real gpsd, the agent and the office, against what is checked in.

#include "tests/e2e/van.hpp"
#include "tests/support/places.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

using namespace outrider;
using namespace outrider::test;
using namespace std::chrono_literals;

namespace {

// What is checked in for a recording, and how it is written anew: run with OUTRIDER_ACCEPT set,
// then read the difference.
class Expectation {
public:
    explicit Expectation(const std::string& name)
        : path_(test::project_file("tests/e2e/expected/" + name + ".pings")) {
        if (std::getenv("OUTRIDER_ACCEPT") != nullptr) return;
        std::ifstream file(path_);
        std::ostringstream text;
        text << file.rdbuf();
        text_ = text.str();
        file.seekg(0);
        std::string word;
        file >> word >> captured_;  // "captured: 405"
    }

    std::int64_t captured() const { return captured_; }
    void compare(const std::string& seen) const {
        if (std::getenv("OUTRIDER_ACCEPT") != nullptr) {
            std::ofstream(path_) << seen;
        } else {
            CHECK(seen == text_);
        }
    }

private:
    std::string path_, text_;
    std::int64_t captured_ = 0;
};

std::string described(const std::vector<nlohmann::json>& pings, const nlohmann::json& audit) {
    std::string text = fmt::format("captured: {}\n", audit["captured"].get<std::int64_t>());
    for (const auto& [verdict, count] : audit["not_reported"].items()) {
        text += fmt::format("{}: {}\n", verdict, count.get<std::int64_t>());
    }
    text += "eventTime, latitude, longitude, m/s, isNew\n";
    for (const auto& ping : pings) {
        text += fmt::format("{}, {}, {}, {}, {}\n", ping["eventTime"].get<std::string>(),
                            ping["latitude"].dump(), ping["longitude"].dump(), ping["speed"].dump(),
                            ping["isNew"].dump());
    }
    return text;
}

void replay(const std::string& name, const Recording& recording) {
    const Expectation expectation(name);
    Van van(recording);
    // Recordings come from other years; gpsd moves some of them by 1,024 weeks.
    van.more_configuration = "[filter]\nfuture_s = 631152000\npast_s = 631152000\n";
    van.start_office();
    van.start_receiver();
    van.start_agent();
    // The last fix is judged when the agent stops.
    van.wait_for_fixes(expectation.captured() - 1);
    CHECK(van.stop_agent(5s) == 0);

    van.start_agent();  // the books, as they are on the disk
    const auto audit = van.audit();
    const auto pings = van.pings_at_office();
    CHECK(!pings.empty());
    expectation.compare(described(pings, audit));
    CHECK(van.summary()["duplicates"] == 0);
    CHECK(audit["discrepancies"].empty());
    CHECK(audit["pings"]["delivered"] == pings.size());
    CHECK(audit["pings"]["queued"] == 0);
    CHECK(audit["pings"]["dead"] == 0);
}

}  // namespace

TEST_SUITE("e2e/recording") {
    TEST_CASE("a drive through Mountain View with a u-blox F9K arrives as it is checked in") {
        replay("drive_mountain_view",
               {"drive_mountain_view.nmea", {"--rate", "0", "--from", "500", "--for", "400"}, {}});
    }

    TEST_CASE("a SiRF III in a moving car, speaking NMEA, arrives as it is checked in") {
        replay("motorola-t805", {"gpsd/motorola-t805.log", {"--rate", "0"}, {}});
    }

    TEST_CASE("a SiRF II on foot, speaking its binary protocol, arrives as it is checked in") {
        replay("bu303-moving", {"gpsd/bu303-moving.log", {"--rate", "0"}, {}});
    }

    TEST_CASE("a cold start with a jump and time going backwards arrives as it is checked in") {
        replay("bt451", {"gpsd/bt451.log", {"--rate", "0"}, {}});
    }

    TEST_CASE("a u-blox M8 standing still, binary at 5 Hz, arrives as it is checked in") {
        replay("ublox-neo-m8n", {"gpsd/ublox-neo-m8n.log", {"--rate", "0"}, {}});
    }
}
