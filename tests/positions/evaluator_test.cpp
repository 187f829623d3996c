// The measures themselves: that they see what they are to see.

#include "tests/gps/fixes.hpp"
#include "tests/positions/parked.hpp"
#include "tests/positions/sound.hpp"
#include "tests/positions/stands.hpp"
#include "tests/positions/stops.hpp"

#include <doctest/doctest.h>

using namespace outrider;
using namespace outrider::positions;
using namespace outrider::test;

namespace {

gps::Fix at(double seconds, double east_m, double speed_mps) {
    gps::Fix fix = fix_at(seconds, east_m);
    fix.speed_mps = speed_mps;
    fix.seen = Uptime(*fix.time - today);
    return fix;
}

// 60 s at 10 m/s, `standing` seconds still, 60 s on.
Fixes drive_with_a_stand(int standing) {
    Fixes fixes;
    for (int i = 0; i < 60; ++i) fixes.push_back(at(i, i * 10, 10));
    for (int i = 0; i < standing; ++i) fixes.push_back(at(60 + i, 600, 0));
    for (int i = 0; i < 60; ++i) fixes.push_back(at(60 + standing + i, 600 + i * 10, 10));
    return fixes;
}

}  // namespace

TEST_SUITE("positions/evaluator") {
    TEST_CASE("a stand is found from its first to its last fix, a shorter one is not") {
        const auto stands = stands_of(drive_with_a_stand(200), 180);
        REQUIRE(stands.size() == 1);
        CHECK(stands[0].first >= 55);
        CHECK(stands[0].first <= 60);
        CHECK(stands[0].last >= 259);
        CHECK(stands[0].last <= 264);
        CHECK(stands_of(drive_with_a_stand(170), 180).empty());
    }

    TEST_CASE("wandering off and back is one stand, a recorder that sleeps ends it") {
        Fixes fixes = drive_with_a_stand(200);
        for (std::size_t i = 150; i < 170; ++i) fixes[i] = at(static_cast<double>(i), 660, 1);
        CHECK(stands_of(fixes, 180).size() == 1);
        fixes.erase(fixes.begin() + 140, fixes.begin() + 180);
        CHECK(stands_of(fixes, 180).empty());
        CHECK(stands_of(fixes, 180, 300).size() == 1);
    }

    TEST_CASE("a stand is made to last there and back, by its own steps") {
        const Fixes made = made_to_last({at(0, 0, 0), at(1, 3, 0), at(3, 7, 0)}, 8);
        REQUIRE(made.size() == 6);
        const double east[] = {0, 3, 7, 3, 0, 3}, seconds[] = {0, 1, 3, 5, 6, 7};
        for (std::size_t i = 0; i < made.size(); ++i) {
            CHECK(seconds_between(made[0], made[i]) == doctest::Approx(seconds[i]));
            CHECK(made[i].longitude == doctest::Approx(at(0, east[i], 0).longitude).epsilon(1e-12));
        }
    }

    TEST_CASE("a receiver that drives about is seen to leave, a quiet one is not") {
        std::vector<Figure> figures;
        Fixes quiet;
        for (int i = 0; i < 60; ++i) quiet.push_back(at(i, i % 5, 0.1));
        measure_parked({quiet}, figures);
        REQUIRE(figures.size() == 2);
        CHECK(figures[0].value == 13);
        CHECK(figures[1].value == 0);
        figures.clear();
        measure_parked({quiet, drive_with_a_stand(200)}, figures);
        CHECK(figures[0].value > 13);
        CHECK(figures[1].value > 0);
        CHECK_FALSE(figures[0].kept());
    }

    TEST_CASE("recorded stops are counted; of nothing there is no share that would do") {
        Drives drives;
        drives.drives = {drive_with_a_stand(200), drive_with_a_stand(10)};
        std::vector<Figure> figures;
        measure_stops(drives, {}, figures);
        REQUIRE(figures.size() == 1);
        CHECK(figures[0].value == 1);
        CHECK(figures[0].of.starts_with("1 of 1 recorded"));
        figures.clear();
        measure_stops(Drives(), {}, figures);
        CHECK_FALSE(figures[0].kept());
    }

    TEST_CASE("a recording is moved to today by most of its fixes") {
        Recording recording;
        recording.fixes = drive_with_a_stand(200);
        for (gps::Fix& fix : recording.fixes) *fix.time -= std::chrono::hours(24 * 3000);
        *recording.fixes[0].time -= std::chrono::hours(48);
        recording.move_to_today();
        CHECK(*recording.fixes[1].time == wall_at(recording.fixes[1]));
        CHECK(*recording.fixes[0].time < wall_at(recording.fixes[0]) - std::chrono::hours(47));
        Sound sound;
        check_sound(recording, sound);
        CHECK(sound.reports == recording.fixes.size());
        CHECK(sound.believed == recording.fixes.size() - 1);
        CHECK(sound.wrong() == 0);
    }
}
