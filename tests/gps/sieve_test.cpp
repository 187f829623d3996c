#include "gps/sieve.hpp"

#include "tests/gps/fixes.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <functional>
#include <limits>

using namespace outrider;
using namespace outrider::gps;
using namespace outrider::test;
using namespace std::chrono_literals;

namespace {

constexpr double nan_value = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

// A sieve that believes the first fix: what it needs for that has tests of its own.
struct Bench {
    static SieveSettings at_once() {
        SieveSettings settings;
        settings.settling_fixes = 1;
        return settings;
    }
    explicit Bench(SieveSettings settings = at_once()) : sieve(settings) {}

    Sieve sieve;
    std::vector<Fix> believed;
    std::vector<Judged> rejected;
    Instant wall = fixes_begin;

    // The verdict on it; Verdict::held stands for believed.
    Verdict operator()(const Fix& fix) {
        const auto before = rejected.size();
        sieve.add(fix, wall, believed, rejected);
        return rejected.size() > before ? rejected.back().judgement.verdict : Verdict::held;
    }
};

Fix with(Fix fix, const std::function<void(Fix&)>& change) {
    change(fix);
    return fix;
}

Instant day(int year, unsigned month, unsigned d) {
    return std::chrono::sys_days(std::chrono::year(year) / std::chrono::month(month) /
                                 std::chrono::day(d));
}

}  // namespace

TEST_SUITE("gps/sieve") {
    TEST_CASE("what cannot be a place or a time is rejected by its reason") {
        struct Row {
            const char* what;
            Verdict verdict;
            std::function<void(Fix&)> change;
        };
        const Row rows[] = {
            {"a good one", Verdict::held, [](Fix&) {}},
            {"two dimensions", Verdict::held, [](Fix& f) { f.mode = Mode::two_d; }},
            {"mode 0", Verdict::no_fix, [](Fix& f) { f.mode = Mode::unknown; }},
            {"mode 1", Verdict::no_fix, [](Fix& f) { f.mode = Mode::none; }},
            {"NaN", Verdict::not_finite, [](Fix& f) { f.latitude = nan_value; }},
            {"infinity", Verdict::not_finite, [](Fix& f) { f.longitude = infinity; }},
            {"latitude 91", Verdict::out_of_range, [](Fix& f) { f.latitude = 91; }},
            {"latitude -91", Verdict::out_of_range, [](Fix& f) { f.latitude = -91; }},
            {"longitude 181", Verdict::out_of_range, [](Fix& f) { f.longitude = 181; }},
            {"the pole", Verdict::held, [](Fix& f) { f.latitude = 90; }},
            {"the date line", Verdict::held, [](Fix& f) { f.longitude = -180; }},
            {"0, 0", Verdict::null_island, [](Fix& f) { f.latitude = f.longitude = 0; }},
            {"-0, -0", Verdict::null_island, [](Fix& f) { f.latitude = f.longitude = -0.0; }},
            {"near 0, 0", Verdict::null_island, [](Fix& f) { f.latitude = f.longitude = 5e-5; }},
            {"the equator", Verdict::held, [](Fix& f) { f.latitude = 0; }},
            {"simulated", Verdict::simulated, [](Fix& f) { f.status = 8; }},
            {"dead reckoning", Verdict::held, [](Fix& f) { f.status = 5; }},
            {"no time", Verdict::no_time, [](Fix& f) { f.time.reset(); }},
            {"1980", Verdict::implausible_time, [](Fix& f) { f.time = day(1980, 1, 6); }},
            {"2137", Verdict::implausible_time, [](Fix& f) { f.time = day(2137, 1, 1); }},
            {"a minute to come", Verdict::held, [](Fix& f) { *f.time += 60s; }},
            {"25 h to come", Verdict::implausible_time, [](Fix& f) { *f.time += 25h; }},
            {"25 h ago", Verdict::implausible_time, [](Fix& f) { *f.time -= 25h; }},
            {"the end of time", Verdict::implausible_time, [](Fix& f) { f.time = Instant::max(); }},
            {"its beginning", Verdict::implausible_time, [](Fix& f) { f.time = Instant::min(); }},
            {"error 101 m", Verdict::inaccurate, [](Fix& f) { f.accuracy_m = 101; }},
            {"error 100 m", Verdict::held, [](Fix& f) { f.accuracy_m = 100; }},
        };
        for (const Row& row : rows) {
            CAPTURE(row.what);
            Bench judge;
            CHECK(judge(with(fix_at(0), row.change)) == row.verdict);
            CHECK(judge.believed.size() + judge.rejected.size() == 1);
        }
    }

    TEST_CASE("a wrong field goes, the place stays") {
        Bench judge;
        Fix fix = fix_at(0);
        fix.speed_mps = -3;
        fix.track_deg = 361;
        fix.accuracy_m = nan_value;
        fix.altitude_m = infinity;
        fix.climb_mps = -101;
        CHECK(judge(fix) == Verdict::held);
        const Fix& kept = judge.believed.front();
        CHECK(!kept.speed_mps);
        CHECK(!kept.track_deg);
        CHECK(!kept.accuracy_m);
        CHECK(!kept.altitude_m);
        CHECK(!kept.climb_mps);
        Fix good = fix_at(1);
        good.speed_mps = 100;
        good.track_deg = 360;
        CHECK(judge(good) == Verdict::held);
        CHECK(judge.believed.back().speed_mps == 100);
        CHECK(judge.believed.back().track_deg == 360);
    }

    TEST_CASE("a wall clock that was never set judges no fix") {
        Bench judge;
        judge.wall = day(1970, 1, 1);
        CHECK(judge(fix_at(0)) == Verdict::held);
        CHECK(judge(with(fix_at(1), [](Fix& f) { f.time = day(2025, 12, 31); })) ==
              Verdict::implausible_time);
        CHECK(judge(with(fix_at(1), [](Fix& f) { f.time = day(2047, 1, 1); })) ==
              Verdict::implausible_time);
    }

    TEST_CASE("a wall clock ten years off is outweighed by a receiver that keeps time") {
        Bench bench;
        bench.wall += std::chrono::days(3650);
        const auto at = [](int second) { return fix_at(second, 10.0 * second); };
        for (int second = 0; second < 4; ++second) {
            CHECK(bench(at(second)) == Verdict::implausible_time);
        }
        for (int second = 4; second < 200; ++second) CHECK(bench(at(second)) == Verdict::held);
        bench.wall -= std::chrono::days(3650);
        CHECK(bench(at(200)) == Verdict::held);
        bench.wall -= std::chrono::days(90);
        CHECK(bench(at(201)) == Verdict::held);
    }

    TEST_CASE(
        "a receiver whose time stands still or leaps is not believed against the wall clock") {
        Bench stuck, leaping;
        stuck.wall = leaping.wall = fixes_begin + std::chrono::days(100);
        for (int second = 0; second < 30; ++second) {
            const auto with_time = [&](Instant time) {
                return with(fix_at(second), [&](Fix& fix) { fix.time = time; });
            };
            CHECK(stuck(with_time(fixes_begin + second * 1ms)) == Verdict::implausible_time);
            CHECK(leaping(with_time(fixes_begin + second * 5s)) == Verdict::implausible_time);
        }
    }

    TEST_CASE("a time comes once, and never after a later one") {
        Bench judge;
        CHECK(judge(fix_at(10)) == Verdict::held);
        CHECK(judge(fix_at(10, 1)) == Verdict::duplicate);
        CHECK(judge(fix_at(9)) == Verdict::backwards);
        CHECK(judge.rejected.back().judgement.measured == 1);
        CHECK(judge(fix_at(11)) == Verdict::held);
    }

    TEST_CASE("a jump no vehicle makes is rejected, errors allowed for") {
        Bench judge;
        CHECK(judge(fix_at(0)) == Verdict::held);
        CHECK(judge(fix_at(1, 200)) == Verdict::impossible_speed);
        CHECK(judge.rejected.back().judgement.measured == doctest::Approx(178.8).epsilon(0.01));
        CHECK(judge(fix_at(2, 60)) == Verdict::held);
        // Inaccurate fixes may lie further apart, but not by more than 60 m.
        const auto poor = [](Fix& f) { f.accuracy_m = 90; };
        CHECK(judge(with(fix_at(3, 155), poor)) == Verdict::held);
        CHECK(judge(with(fix_at(4, 320), poor)) == Verdict::impossible_speed);
        // After a tunnel it may be anywhere it could have driven to.
        CHECK(judge(fix_at(64, 4180)) == Verdict::held);
    }

    TEST_CASE("a van does not drive off like a rocket, nor stop like a nail") {
        Bench judge;
        for (int i = 0; i <= 5; ++i) CHECK(judge(fix_at(i)) == Verdict::held);
        CHECK(judge(fix_at(6, 40)) == Verdict::jump);
        CHECK(judge(fix_at(7, 0)) == Verdict::held);
        for (int i = 8; i <= 20; ++i) {
            CHECK(judge(fix_at(i, (i - 7) * (i - 7) * 1.0)) == Verdict::held);
        }
    }

    TEST_CASE("a place far from where the receiver's own speed leads is not believed") {
        Bench judge;
        const auto rolling = [](double speed) { return [=](Fix& f) { f.speed_mps = speed; }; };
        for (int i = 0; i <= 20; ++i) {
            CHECK(judge(with(fix_at(i, i * 20), rolling(20))) == Verdict::held);
        }
        CHECK(judge(with(fix_at(21, 470), rolling(20))) == Verdict::against_doppler);
        CHECK(judge(with(fix_at(22, 440), rolling(20))) == Verdict::held);
        CHECK(judge(with(fix_at(23, 455), rolling(0.2))) == Verdict::held);
        for (int i = 24; i <= 30; ++i) {
            CHECK(judge(with(fix_at(i, 455), rolling(0.2))) == Verdict::held);
        }
        CHECK(judge(with(fix_at(31, 485), rolling(0.2))) == Verdict::against_doppler);
        CHECK(judge.rejected.back().judgement.limit == 0.2);
    }

    TEST_CASE("four fixes in a row that agree outweigh a poisoned first one") {
        Bench judge;
        CHECK(judge(fix_at(0, 1'900)) == Verdict::held);
        CHECK(judge(fix_at(1, 10)) == Verdict::impossible_speed);
        CHECK(judge(fix_at(2, 20)) == Verdict::impossible_speed);
        CHECK(judge(fix_at(3, 30)) == Verdict::impossible_speed);
        CHECK(judge(fix_at(4, 40)) == Verdict::held);
        CHECK(judge(fix_at(5, 50)) == Verdict::held);
    }

    TEST_CASE("wild fixes that do not agree never become the truth") {
        Bench judge;
        CHECK(judge(fix_at(0)) == Verdict::held);
        for (int i = 1; i <= 20; ++i)
            CHECK(judge(fix_at(i, i % 2 == 0 ? 100'000 : -100'000)) == Verdict::impossible_speed);
        CHECK(judge(fix_at(21, 100)) == Verdict::held);
    }

    TEST_CASE("a receiver whose clock had been ahead is believed again after five of our seconds") {
        Bench judge;
        CHECK(judge(fix_at(12 * 3600)) == Verdict::held);
        CHECK(judge(fix_at(1)) == Verdict::backwards);
        CHECK(judge(fix_at(1)) == Verdict::duplicate);  // of one that is doubted itself
        CHECK(judge(fix_at(2)) == Verdict::backwards);
        CHECK(judge(fix_at(2)) == Verdict::duplicate);
        CHECK(judge(fix_at(3)) == Verdict::backwards);
        CHECK(judge(fix_at(4)) == Verdict::backwards);
        CHECK(judge(fix_at(5)) == Verdict::held);
        CHECK(judge(fix_at(6)) == Verdict::held);
    }

    TEST_CASE("old fixes that come in a burst do not put the clock back") {
        Bench judge;
        CHECK(judge(fix_at(100)) == Verdict::held);
        for (int second = 1; second < 30; ++second) {
            const Fix old = with(fix_at(second), [](Fix& f) { f.seen = fix_at(100.1).seen; });
            CHECK(judge(old) == Verdict::backwards);
        }
        CHECK(judge(fix_at(101)) == Verdict::held);
        // A burst, and then the receiver goes on from there: its clock had been ahead.
        for (int second = 1; second < 20; ++second) {
            const Fix old = with(fix_at(second), [&](Fix& f) {
                f.seen = fix_at(102 + std::max(0, second - 10)).seen;
            });
            const Verdict expected = second < 13 ? Verdict::backwards : Verdict::held;
            CHECK(judge(old) == expected);
        }
    }

    TEST_CASE("of two reports of one time the one with more dimensions is kept") {
        Bench judge;
        const auto flat = [](double second) {
            return with(fix_at(second), [](Fix& f) { f.mode = Mode::two_d; });
        };
        CHECK(judge(flat(0)) == Verdict::held);
        CHECK(judge(fix_at(0)) == Verdict::duplicate);  // the first is believed by now,
        CHECK(judge(flat(1)) == Verdict::held);         // but the next one waits
        CHECK(judge.believed.size() == 1);
        CHECK(judge(fix_at(1)) == Verdict::duplicate);
        CHECK(judge.rejected.back().fix.mode == Mode::two_d);
        REQUIRE(judge.believed.size() == 2);
        CHECK(judge.believed.back().mode == Mode::three_d);
        CHECK(judge(flat(2)) == Verdict::held);
        CHECK(judge(flat(3)) == Verdict::held);
        CHECK(judge.believed.size() == 3);  // nothing better came
        CHECK(judge(with(fix_at(3), [](Fix& f) { f.latitude = 91; })) == Verdict::out_of_range);
        CHECK(judge.believed.size() == 4);
        CHECK(judge(flat(4)) == Verdict::held);
        judge.sieve.finish(judge.believed, judge.rejected);
        CHECK(judge.believed.size() == 5);
        CHECK(judge.rejected.size() == 3);
    }

    TEST_CASE("a simulated fix is believed where somebody asked for a simulation") {
        SieveSettings settings = Bench::at_once();
        settings.simulation = Simulation::believed;
        Bench judge(settings);
        CHECK(judge(with(fix_at(0), [](Fix& f) { f.status = 8; })) == Verdict::held);
    }

    TEST_CASE("few satellites make a fix weak, unless there are none to count or none needed") {
        struct Row {
            std::optional<int> satellites;
            int status;
            std::optional<double> told, accuracy;
            bool weak;
        };
        const Row rows[] = {
            {4, 0, 12, 40, true},  {1, 0, std::nullopt, 40, true}, {4, 2, 55, 55, true},
            {5, 0, 12, 12, false}, {0, 0, 12, 12, false},          {std::nullopt, 0, 12, 12, false},
            {4, 5, 12, 12, false}, {4, 6, 12, 12, false},
        };
        for (const Row& row : rows) {
            CAPTURE(row.satellites.value_or(-1));
            CAPTURE(row.status);
            Bench judge;
            Fix fix = fix_at(0);
            fix.satellites_used = row.satellites;
            fix.status = row.status;
            fix.accuracy_m = row.told;
            CHECK(judge(fix) == Verdict::held);
            CHECK(judge.believed.back().weak() == row.weak);
            CHECK(judge.believed.back().accuracy_m == row.accuracy);
        }
    }
}
