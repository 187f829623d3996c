#include "client/fleet/recorded_drive.hpp"

#include "client/fleet/van.hpp"
#include "gps/geodesy.hpp"
#include "platform/files.hpp"
#include "tests/support/places.hpp"
#include "tests/support/result.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <string_view>
#include <vector>

using namespace outrider;
using namespace outrider::fleet;
using namespace outrider::test;

namespace {

Result<std::shared_ptr<const RecordedDrive>> drive_of(std::string_view text) {
    gps::RecordingReader reader;
    if (const Result<> taken = reader.add(text); !taken) return taken.error();
    Result<gps::Recording> recording = reader.finish();
    if (!recording) return recording.error();
    return RecordedDrive::from(std::move(*recording));
}

std::shared_ptr<const RecordedDrive> mountain_view() {
    const auto text = read_file(project_file("tests/data/drive_mountain_view.nmea"), 1 << 22);
    REQUIRE(text);
    auto drive = drive_of(*text);
    REQUIRE(drive);
    return *drive;
}

// North at 10 m/s, with a hole, and across the meridian where days begin.
std::string northwards(int seconds, double step_degrees = 0.00009) {
    std::string text = "t,lat,lon,speed,track,mode\n";
    for (int i = 0; i < seconds; ++i) {
        if (i >= 30 && i < 50) continue;
        text += fmt::format("{},{:.6f},{},10,0,3\n", 1795000000 + i, 47 + i * step_degrees,
                            i < 60 ? 179.99999 : -179.99999);
    }
    return text;
}

constexpr Instant noon{std::chrono::sys_days(std::chrono::year(2026) / 11 / 21) +
                       std::chrono::hours(12)};

std::vector<gps::Fix> an_hour(const std::shared_ptr<const RecordedDrive>& drive,
                              std::uint64_t seed) {
    VanSettings settings;
    settings.recorded = drive;
    Van van(settings, seed);
    std::vector<gps::Fix> fixes;
    for (int i = 0; i < 3600; ++i) {
        van.pass(1);
        fixes.push_back(van.fix(noon + std::chrono::seconds(i), Uptime(std::chrono::seconds(i))));
    }
    return fixes;
}

double step_m(const gps::Fix& a, const gps::Fix& b) {
    return gps::distance_m(a.latitude, a.longitude, b.latitude, b.longitude);
}

}  // namespace

TEST_CASE("a recorded drive keeps its pace wherever it is moved to") {
    const auto drive = mountain_view();
    CHECK(drive->reports().size() > 1500);
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        const std::vector<gps::Fix> fixes = an_hour(drive, seed);
        int usable = 0, steps = 0;
        double metres = 0;
        for (std::size_t i = 1; i < fixes.size(); ++i) {
            CHECK(fixes[i].time == noon + std::chrono::seconds(i));
            if (!fixes[i].usable() || !fixes[i - 1].usable()) continue;
            ++usable;
            const double step = step_m(fixes[i - 1], fixes[i]);
            CHECK(step < 25);
            metres += step;
            if (step < 5 || !fixes[i].track_deg) continue;
            // Its course is that of its way.
            const double east =
                (fixes[i].longitude - fixes[i - 1].longitude) * std::cos(47.6062 / 57.29578);
            const double north = fixes[i].latitude - fixes[i - 1].latitude;
            const double course = std::atan2(east, north) * 57.29578;
            steps += std::abs(std::remainder(course - *fixes[i].track_deg, 360)) > 30 ? 1 : 0;
        }
        CAPTURE(seed);
        CHECK(usable > 3300);
        CHECK(steps < 40);
        // 8.6 km in 27 minutes; an hour is more than twice of it.
        CHECK(metres > 15'000);
        CHECK(metres < 25'000);
    }
}

TEST_CASE("each van drives it in a place of its own, and the same each time") {
    const auto drive = mountain_view();
    const std::vector<gps::Fix> one = an_hour(drive, 1), again = an_hour(drive, 1),
                                other = an_hour(drive, 2);
    std::size_t same = 0, close = 0;
    for (std::size_t i = 0; i < one.size(); ++i) {
        same += one[i].latitude == again[i].latitude ? 1 : 0;
        close += step_m(one[i], other[i]) < 10 ? 1 : 0;
    }
    CHECK(same == one.size());
    CHECK(close < one.size() / 10);
}

TEST_CASE("where the recording has a hole there is no fix, there and back") {
    const auto drive = drive_of(northwards(120));
    REQUIRE(drive);
    const std::vector<gps::Fix> fixes = an_hour(*drive, 3);
    const auto holes = std::ranges::count_if(fixes, [](const gps::Fix& f) { return !f.usable(); });
    CHECK(holes > 3600 * 17 / 120);
    CHECK(holes < 3600 * 21 / 120);
}

TEST_CASE("a recording that is too short, or goes too far, is refused") {
    const auto one = drive_of(northwards(20));
    REQUIRE_FALSE(one);
    CHECK(one.error().fault == Fault::malformed);
    CHECK(one.error().detail.find("take a longer one") != std::string::npos);
    const auto far = drive_of(northwards(200, 0.01));
    REQUIRE_FALSE(far);
    CHECK(far.error().fault == Fault::too_large);
}
