#include "gps/cadence.hpp"

#include "gps/geodesy.hpp"
#include "tests/gps/fixes.hpp"
#include "tests/positions/track_evaluator.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <random>

using namespace outrider;
using namespace outrider::gps;
using namespace outrider::test;
using namespace std::chrono_literals;

namespace {

struct Bench {
    Cadence cadence{CadenceSettings{}};
    std::vector<Judged> out;

    void operator()(const Fix& fix, MotionState motion = MotionState::moving) {
        cadence.add(fix, motion, out);
    }
    void finish() { cadence.finish(out); }
    std::vector<Judged> pings() const {
        std::vector<Judged> found;
        std::ranges::copy_if(out, std::back_inserter(found), [](const Judged& one) {
            return one.judgement.verdict == Verdict::reported;
        });
        return found;
    }
    long count(Verdict verdict) const {
        return std::ranges::count_if(
            out, [=](const Judged& one) { return one.judgement.verdict == verdict; });
    }
};

double seconds_of(const Judged& judged) {
    return std::chrono::duration<double>(*judged.fix.time - fixes_begin).count();
}

// A van in a town: it goes and stops and turns, and its receiver errs by some metres.
class Drive {
public:
    explicit Drive(std::uint64_t seed) : dice_(seed) {}
    Fix next() {
        const double step = std::uniform_real_distribution(0.2, 2.0)(dice_);
        if (dice_() % 40 == 0) speed_ = std::uniform_real_distribution(0.0, 30.0)(dice_);
        if (dice_() % 60 == 0) speed_ = 0;
        if (dice_() % 30 == 0) course_ += std::uniform_real_distribution(-2.0, 2.0)(dice_);
        seconds_ += dice_() % 200 == 0 ? 60 : step;
        east_ += std::sin(course_) * speed_ * step;
        north_ += std::cos(course_) * speed_ * step;
        std::normal_distribution<double> error(0, 2);
        return fix_at(seconds_, east_ + error(dice_), north_ + error(dice_));
    }

private:
    std::mt19937_64 dice_;
    double seconds_ = 0, east_ = 0, north_ = 0, speed_ = 10, course_ = 1;
};

// Of the same drive in metres, begun there.
long pings_of_a_drive_at(double latitude, double longitude) {
    Bench judge;
    Drive drive(11);
    const Fix origin = fix_at(0);
    const double longer = std::cos(origin.latitude * std::numbers::pi / 180) /
                          std::cos(latitude * std::numbers::pi / 180);
    for (int i = 0; i < 400; ++i) {
        Fix fix = drive.next();
        const double east = (fix.longitude - origin.longitude) * longer;
        fix.latitude += latitude - origin.latitude;
        fix.longitude = std::remainder(longitude + east, 360.0);
        judge(fix);
    }
    judge.finish();
    return judge.count(Verdict::reported);
}

}  // namespace

TEST_SUITE("gps/cadence") {
    TEST_CASE("the first fix is reported") {
        Bench judge;
        judge(fix_at(0), MotionState::unknown);
        REQUIRE(judge.pings().size() == 1);
        CHECK(judge.pings()[0].judgement.cause == Cause::first);
    }

    TEST_CASE("on a straight road a ping goes every 30 s, or 15 s with a customer waiting") {
        for (const auto audience : {Audience::office, Audience::customer}) {
            Bench judge;
            judge.cadence.watched_by(audience);
            for (int i = 0; i <= 60; ++i) judge(fix_at(i, i * 20));
            const auto pings = judge.pings();
            const int every = audience == Audience::office ? 30 : 15;
            REQUIRE(pings.size() == static_cast<std::size_t>(60 / every + 1));
            CHECK(seconds_of(pings[1]) == every);
            CHECK(pings[1].judgement.cause == Cause::interval);
        }
    }

    TEST_CASE("on a straight road that nobody sees a ping goes every 300 s") {
        Bench judge;
        judge.cadence.watched_by(Audience::nobody);
        for (int i = 0; i <= 599; ++i) judge(fix_at(i, i * 20));
        CHECK(judge.pings().size() == 2);
    }

    TEST_CASE("a customer never sees the van later than the office does") {
        Bench judge;
        CadenceSettings often;
        often.interval = 5s;
        judge.cadence = Cadence(often);
        judge.cadence.watched_by(Audience::customer);
        for (int i = 0; i <= 10; ++i) judge(fix_at(i, i * 20));
        CHECK(judge.pings().size() == 3);
    }

    TEST_CASE("a corner is reported within the wait, and is the place where the road turns") {
        Bench judge;
        int second = 0;
        for (; second <= 10; ++second) judge(fix_at(second, second * 15));
        for (; second <= 14; ++second) judge(fix_at(second, 150, (second - 10) * 15));
        const auto pings = judge.pings();
        REQUIRE(pings.size() == 2);
        CHECK(pings[1].judgement.cause == Cause::turn);
        CHECK(seconds_of(pings[1]) == doctest::Approx(10).epsilon(0.15));
    }

    TEST_CASE("a fix that strays for less than the wait costs no ping") {
        Bench judge;
        for (int i = 0; i <= 10; ++i) judge(fix_at(i, i * 15));
        judge(fix_at(11, 11 * 15, 12));
        judge(fix_at(12, 12 * 15, 4));
        for (int i = 13; i <= 20; ++i) judge(fix_at(i, i * 15, 4));
        judge.finish();
        CHECK(errors_of(judge.out, 10).beyond == 0);
        CHECK(judge.pings().size() == 2);
    }

    TEST_CASE("no believed fix is farther than the bound from the track, however it is driven") {
        for (std::uint64_t seed = 1; seed <= 40; ++seed) {
            CAPTURE(seed);
            CadenceSettings settings;
            settings.bound_m = seed % 3 == 0 ? 5 : seed % 3 == 1 ? 10 : 25;
            settings.wait = std::chrono::seconds(seed % 5);
            Bench judge;
            judge.cadence = Cadence(settings);
            Motion motion{MotionSettings{}};
            Drive drive(seed);
            std::mt19937_64 dice(seed);
            // Anywhere on earth: also across the date line and far in the north.
            const double north = std::uniform_real_distribution(-38.0, 47.0)(dice);
            const double east = seed % 4 == 0 ? -57.9 : 0;
            for (int i = 0; i < 2000; ++i) {
                Fix fix = drive.next();
                fix.latitude += north;
                fix.longitude = std::remainder(fix.longitude + east, 360.0);
                if (i % 100 == 0) judge.cadence.watched_by(static_cast<Audience>(dice() % 3));
                judge(fix, motion.update(fix));
                if (i % 700 == 699) judge.finish();
            }
            judge.finish();
            const TrackErrors errors = errors_of(judge.out, settings.bound_m);
            CHECK(judge.out.size() == 2000);
            CHECK(errors.beyond == 0);
            CHECK(errors.largest_m > 0.7 * settings.bound_m);
            CHECK(errors.pings < errors.believed / 2);
        }
    }

    TEST_CASE("a drive costs as many pings anywhere on earth") {
        const long here = pings_of_a_drive_at(37.4, -122.1);
        CHECK(here > 20);
        CHECK(std::abs(pings_of_a_drive_at(37.4, 179.99) - here) <= 1);
        CHECK(std::abs(pings_of_a_drive_at(69, 20) - here) <= here / 20);
        CHECK(std::abs(pings_of_a_drive_at(0, 0) - here) <= here / 20);
    }

    TEST_CASE("where it parked is told once, and a heartbeat follows every 300 s") {
        Bench judge;
        for (int i = 0; i <= 10; ++i) judge(fix_at(i, i * 15));
        for (int i = 11; i <= 38; ++i) judge(fix_at(i, 150));
        for (int i = 39; i <= 700; ++i) judge(fix_at(i, 150 + i % 3), MotionState::parked);
        const auto pings = judge.pings();
        REQUIRE(pings.size() == 4);
        CHECK(pings[1].fix.longitude == fix_at(0, 150).longitude);
        CHECK(pings[2].judgement.cause == Cause::heartbeat);
        CHECK(seconds_of(pings[3]) - seconds_of(pings[2]) == 300);
    }

    TEST_CASE("a van that crept to where it parked is shown there") {
        Bench judge;
        for (int i = 0; i <= 28; ++i) judge(fix_at(i, i * 0.5));
        judge(fix_at(29, 14), MotionState::parked);
        CHECK(judge.pings().back().judgement.cause == Cause::stopped);
        CHECK(seconds_of(judge.pings().back()) == 29);
    }

    TEST_CASE("while parked the receiver's wander is not believed") {
        Bench judge;
        judge(fix_at(0));
        judge(fix_at(20), MotionState::parked);
        for (int i = 31; i <= 60; ++i) {
            judge(fix_at(i, i % 5 == 0 ? 14 : 2), MotionState::parked);
        }
        judge(fix_at(61), MotionState::parked);
        CHECK(judge.count(Verdict::drift) == 6);
        CHECK(judge.pings().size() == 1);
        const auto drift = std::ranges::find(
            judge.out, Verdict::drift, [](const Judged& one) { return one.judgement.verdict; });
        REQUIRE(drift != judge.out.end());
        CHECK(drift->judgement.measured == doctest::Approx(14).epsilon(0.01));
    }

    TEST_CASE("a receiver that has settled on another place is followed by the next heartbeat") {
        Bench judge;
        judge(fix_at(0));
        judge(fix_at(1), MotionState::parked);
        for (int i = 2; i <= 900; ++i) judge(fix_at(i, 20), MotionState::parked);
        const auto pings = judge.pings();
        REQUIRE(pings.size() == 4);
        CHECK(pings[2].fix.longitude == fix_at(0, 20).longitude);
        CHECK(seconds_of(pings[2]) == 301);
        CHECK(judge.count(Verdict::drift) == 299);
    }

    TEST_CASE("moving off is told from where it stood, and the first metres are believed") {
        Bench judge;
        judge(fix_at(0));
        for (int i = 1; i <= 100; ++i) judge(fix_at(i), MotionState::parked);
        judge(fix_at(101, 12), MotionState::parked);
        judge(fix_at(102, 24), MotionState::parked);
        judge(fix_at(103, 36));
        for (int i = 104; i <= 110; ++i) judge(fix_at(i, 36 + (i - 103) * 12));
        judge.finish();
        const auto pings = judge.pings();
        REQUIRE(pings.size() == 3);
        CHECK(pings[1].judgement.cause == Cause::moved_off);
        CHECK(seconds_of(pings[1]) == 100);
        CHECK(judge.count(Verdict::drift) == 0);
        CHECK(errors_of(judge.out, 10).beyond == 0);
    }

    TEST_CASE("a step back in time starts a new track") {
        Bench judge;
        judge(fix_at(10'000));
        judge(fix_at(10'001, 5));
        judge(fix_at(0, 5));
        const auto pings = judge.pings();
        REQUIRE(pings.size() == 3);
        CHECK(pings[1].judgement.cause == Cause::last);
        CHECK(pings[2].judgement.cause == Cause::first);
    }

    TEST_CASE("a step back in time ends the track as the vehicle was then") {
        Bench bench;
        bench(fix_at(0, 0), MotionState::parked);
        bench(fix_at(1, 0.5), MotionState::parked);
        bench(fix_at(2, 40), MotionState::parked);  // wander
        bench(fix_at(1, 41), MotionState::moving);
        bench.finish();
        CHECK(bench.count(Verdict::drift) == 1);
        CHECK(bench.pings().size() == 3);
    }

    TEST_CASE("at the end the newest fix is reported, once") {
        Bench judge;
        judge(fix_at(0));
        judge(fix_at(1, 5));
        judge(fix_at(2, 10));
        judge.finish();
        REQUIRE(judge.out.size() == 3);
        CHECK(judge.out[1].judgement.verdict == Verdict::held);
        CHECK(judge.out[2].judgement.cause == Cause::last);
        judge.finish();
        CHECK(judge.out.size() == 3);
    }

    TEST_CASE("an end without a beginning is nothing") {
        Bench judge;
        judge.finish();
        CHECK(judge.out.empty());
    }
}
