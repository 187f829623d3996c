#include "client/fleet/van.hpp"

#include "gps/geodesy.hpp"
#include "gps/judge.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <optional>
#include <vector>

using namespace outrider;
using namespace outrider::fleet;
using namespace std::chrono_literals;

namespace {

constexpr Instant day{std::chrono::sys_days(std::chrono::year(2026) / 11 / 21)};

Uptime up(int seconds) { return Uptime(std::chrono::seconds(seconds)); }

double error_m(const Van& van, const gps::Fix& fix) {
    return gps::distance_m(van.chart().latitude(van.place().north_m),
                           van.chart().longitude(van.place().east_m), fix.latitude, fix.longitude);
}

VanSettings with_fault(std::optional<ReceiverFault::Kind> kind) {
    VanSettings settings;
    settings.day = day;
    if (kind) settings.faults = {{*kind, 100s, 160s, 500, -300}};
    return settings;
}

struct Said {
    std::vector<gps::Fix> before, during, after;
};
Said said_with(std::optional<ReceiverFault::Kind> kind) {
    Van van(with_fault(kind), 7);
    van.set_off({5000, 3000});
    Said said;
    for (int second = 0; second < 260; ++second) {
        van.pass(1);
        const gps::Fix fix = van.fix(day + std::chrono::seconds(second), up(second));
        (second < 100 ? said.before : second < 160 ? said.during : said.after).push_back(fix);
    }
    return said;
}

}  // namespace

TEST_CASE("a van is small: a hundred thousand of them fit into 40 MB") {
    CHECK(sizeof(Van) <= 400);
}

TEST_CASE("a van knows when it will be there, whoever looks at it meanwhile and however often") {
    for (const Duration interval : {200ms, 1000ms, 5000ms}) {
        VanSettings settings;
        settings.interval = interval;
        for (std::uint64_t seed = 1; seed <= 20; ++seed) {
            Van van(settings, seed);
            Chance chance(seed);
            Uptime now = up(1000);
            van.pass_until(now);
            van.set_off({chance.between(-3000, 3000), chance.between(-3000, 3000)});
            const Uptime there = now + van.until_there();
            while (now + 9s < there) {
                now += Duration(1 + static_cast<std::int64_t>(chance.pick(9000)));
                van.pass_until(now);
                CHECK(now + van.until_there() == there);
            }
            van.pass_until(there - 1ms);
            CHECK(van.on_the_way());
            van.pass_until(there);
            CHECK_FALSE(van.on_the_way());
        }
    }
}

TEST_CASE("time that has passed for a van does not pass again") {
    Van van({}, 1);
    van.pass_until(up(10));
    van.set_off({4000, 0});
    van.pass_until(up(70));
    const Place here = van.place();
    van.pass_until(up(70));
    van.pass_until(up(40));
    CHECK(metres_between(here, van.place()) == 0);
    van.pass_until(up(80));
    CHECK(metres_between(here, van.place()) > 10);
    CHECK(error_m(van, van.fix(day, up(80))) < 20);
}

TEST_CASE("time that a van stood is no part of its next drive") {
    Van van({}, 2);
    van.set_off({300, 0});
    for (int i = 0; i < 60; ++i) van.pass(9);
    REQUIRE_FALSE(van.on_the_way());
    van.set_off({4000, 0});
    van.pass(2);
    CHECK(van.place().east_m < 310);
}

TEST_CASE("a receiver without power of its own starts cold whenever the engine does") {
    VanSettings settings;
    settings.keeps_power = false;
    Van van(settings, 3);
    CHECK_FALSE(van.reports());
    for (int morning = 0; morning < 2; ++morning) {
        van.start_engine();
        CHECK(van.reports());
        int blind = 0;
        for (int i = 0; i < 200; ++i) {
            van.pass(1);
            blind += van.fix(day, up(i)).usable() ? 0 : 1;
        }
        CHECK(blind >= 24);
        van.stop_engine();
        CHECK_FALSE(van.reports());
        van.pass(3600);
    }
    settings.keeps_power = true;
    Van other(settings, 3);
    CHECK(other.reports());
    other.pass(1);
    CHECK(other.fix(day, up(1)).usable());
    CHECK(error_m(other, other.fix(day, up(1))) < 20);
}

TEST_CASE("the second receiver errs by itself") {
    VanSettings settings;
    settings.two_receivers = true;
    Van van(settings, 5);
    van.pass(1);
    const gps::Fix one = van.fix(day, up(1)), two = van.second_fix(day, up(1));
    CHECK(one.latitude != two.latitude);
    CHECK(error_m(van, two) < 20);
}

TEST_CASE("a van that roams drives and stands, in the town, for ever") {
    VanSettings settings;
    settings.roams = true;
    Van van(settings, 11);
    int driving = 0, departures = 0;
    bool before = false;
    for (int i = 0; i < 100'000; ++i) {
        van.pass(1);
        driving += van.on_the_way() ? 1 : 0;
        departures += van.on_the_way() && !before ? 1 : 0;
        before = van.on_the_way();
        REQUIRE(std::abs(van.place().east_m) < 18'000);
        REQUIRE(std::abs(van.place().north_m) < 18'000);
    }
    CHECK(departures > 10);
    CHECK(driving > 5'000);
    CHECK(driving < 70'000);
}

TEST_CASE("jobs of a hundred minutes are about five in a shift") {
    VanSettings settings;
    settings.roams = true;
    settings.keeps_power = false;
    settings.jobs_last = 100min;
    constexpr int vans = 100, shift_s = 31'500;
    int jobs = 0;
    for (std::uint64_t seed = 1; seed <= vans; ++seed) {
        Van van(settings, seed);
        for (int second = 0; second < shift_s; ++second) {
            if (!van.reports() && van.stands_for() > 0s) {
                second += static_cast<int>(van.stands_for() / 1s);
                van.stand(van.stands_for());
            }
            const bool before = van.on_the_way();
            van.pass(1);
            jobs += before && !van.on_the_way() ? 1 : 0;
        }
    }
    CHECK(jobs > 4.5 * vans);
    CHECK(jobs < 5.5 * vans);
}

TEST_CASE("a stand that is told at once ends in the same step as one that is passed") {
    VanSettings settings;
    settings.roams = true;
    settings.keeps_power = false;
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
        Van stepped(settings, seed), told(settings, seed);
        int stood = 0;
        for (int second = 0; second < 40'000;) {
            int steps = 1;
            if (!told.reports() && told.stands_for() > 0s) {
                steps = static_cast<int>(told.stands_for() / 1s);
                told.stand(told.stands_for());
                stood += steps;
                for (int i = 0; i < steps; ++i) {
                    stepped.pass(1);
                    REQUIRE_FALSE(stepped.reports());
                }
                CHECK(told.stands_for() == 0s);
            } else {
                stepped.pass(1);
                told.pass(1);
            }
            second += steps;
            REQUIRE(stepped.on_the_way() == told.on_the_way());
            REQUIRE(stepped.reports() == told.reports());
            REQUIRE(metres_between(stepped.place(), told.place()) == 0);
            if (!told.reports()) continue;
            const gps::Fix one = stepped.fix(day, up(second)), other = told.fix(day, up(second));
            REQUIRE(one.mode == other.mode);
            REQUIRE(one.latitude == other.latitude);
        }
        CHECK(stood > 15'000);
    }
}

TEST_CASE("a van that rests stays where it is, and begins the morning with its engine running") {
    for (const bool keeps_power : {false, true}) {
        VanSettings settings;
        settings.roams = true;
        settings.keeps_power = keeps_power;
        Van van(settings, 4);
        CHECK(van.engine());
        van.pass(1);
        CHECK(van.fix(day, up(1)).usable());
        const Place here = van.place();
        van.rest(15h);
        CHECK(van.engine());
        CHECK(van.reports());
        CHECK(metres_between(here, van.place()) == 0);
        van.pass(1);
        CHECK(van.fix(day + 15h, up(2)).usable() == keeps_power);  // or it is still cold
        int stood = 0;
        for (; !van.on_the_way(); ++stood) {
            van.pass(1);
            REQUIRE(van.engine());
        }
        CHECK(stood < 7200);
    }
}

// On recordings: 6.4 a kilometre in and around a town, 5.1 on fast roads, 17.5 in the thick of it.
TEST_CASE("a van's track takes as many pings as a real one's") {
    struct Range {
        Ground ground;
        double least, most;
    };
    for (const Range& range : {Range{Ground::suburb, 6, 12}, Range{Ground::downtown, 11, 20},
                               Range{Ground::motorway, 3, 7}}) {
        double metres = 0;
        std::ptrdiff_t pings = 0, fixes = 0, jumps = 0;
        for (std::uint64_t seed = 1; seed <= 25; ++seed) {
            VanSettings settings;
            settings.ground = range.ground;
            Van van(settings, seed);
            Chance chance(seed);
            van.set_off({chance.between(-5000, 5000), chance.between(-5000, 5000)});
            gps::Judge judge((gps::JudgeSettings()));
            std::vector<gps::Judged> judged;
            for (int i = 1; van.on_the_way(); ++i) {
                const Place before = van.place();
                van.pass(1);
                metres += metres_between(before, van.place());
                const Instant time = day + std::chrono::seconds(i);
                judge.add(van.fix(time, up(i)), time, judged);
            }
            judge.finish(judged);
            fixes += std::ssize(judged);
            for (const gps::Judged& one : judged) {
                pings += one.judgement.verdict == gps::Verdict::reported ? 1 : 0;
                jumps += one.judgement.verdict == gps::Verdict::jump ? 1 : 0;
            }
        }
        CAPTURE(static_cast<int>(range.ground));
        const double per_km = static_cast<double>(pings) / metres * 1000;
        CHECK(per_km > range.least);
        CHECK(per_km < range.most);
        CHECK(jumps * 200 < fixes);
    }
}

TEST_CASE("a town where longitudes end has vans on both sides") {
    VanSettings settings;
    settings.town = {-16.85, 179.96};
    Van van(settings, 1);
    van.set_off({8000, 1000});
    bool west = false, east = false;
    for (int i = 0; i < 3600; ++i) {
        van.pass(1);
        const gps::Fix fix = van.fix(day, up(i));
        if (!fix.usable()) continue;
        CHECK(std::abs(fix.longitude) <= 180);
        CHECK(error_m(van, fix) < 150);
        (fix.longitude > 0 ? west : east) = true;
    }
    CHECK(west);
    CHECK(east);
}

TEST_CASE("a fault lasts as long as it is said to") {
    const Said said = said_with(ReceiverFault::Kind::weeks_forgotten);
    const Duration forgotten = std::chrono::weeks(1024);
    CHECK(*said.before.back().time == day + 99s);
    CHECK(*said.during.front().time == day + 100s - forgotten);
    CHECK(*said.during.back().time == day + 159s - forgotten);
    CHECK(*said.after.front().time == day + 160s);
}

TEST_CASE("a time can go back") {
    const Said back = said_with(ReceiverFault::Kind::backwards);
    int steps = 0;
    for (std::size_t i = 1; i < back.during.size(); ++i)
        steps += *back.during[i].time < *back.during[i - 1].time ? 1 : 0;
    CHECK(steps >= 10);
}

TEST_CASE("a place can be wrong, and speed and course missing") {
    for (const gps::Fix& fix : said_with(ReceiverFault::Kind::nowhere).during) {
        CHECK(fix.latitude == 0);
        CHECK(fix.longitude == 0);
    }
    const Said none = said_with(std::nullopt);
    const Said jump = said_with(ReceiverFault::Kind::jump);
    const Said still = said_with(ReceiverFault::Kind::no_motion);
    for (std::size_t i = 0; i < jump.during.size(); ++i) {
        const gps::Fix &fix = jump.during[i], &right = none.during[i];
        const double off =
            gps::distance_m(fix.latitude, fix.longitude, right.latitude, right.longitude);
        CHECK(off == doctest::Approx(std::hypot(500, 300)).epsilon(0.1));
        CHECK_FALSE(still.during[i].speed_mps);
        CHECK_FALSE(still.during[i].track_deg);
        CHECK(still.before[i].speed_mps);
    }
}

TEST_CASE("a time can be missing, and numbers can be nonsense") {
    const Said timeless = said_with(ReceiverFault::Kind::no_time);
    const Said garbage = said_with(ReceiverFault::Kind::garbage);
    int sound = 0;
    for (std::size_t i = 0; i < timeless.during.size(); ++i) {
        CHECK_FALSE(timeless.during[i].time);
        CHECK(timeless.during[i].usable());
        const gps::Fix& fix = garbage.during[i];
        const bool on_earth = std::abs(fix.latitude) <= 90 && std::abs(fix.longitude) <= 180;
        sound += on_earth && *fix.speed_mps < 100 ? 1 : 0;
    }
    CHECK(sound == 0);
    CHECK(timeless.after.front().time);
}

TEST_CASE("faults that come together do not trip over each other") {
    VanSettings settings = with_fault(ReceiverFault::Kind::no_time);
    for (int kind = 0; kind <= static_cast<int>(ReceiverFault::Kind::garbage); ++kind)
        settings.faults.push_back({static_cast<ReceiverFault::Kind>(kind), 100s, 160s, 500, 0});
    Van van(settings, 1);
    van.pass(1);
    CHECK_FALSE(van.fix(day + 130s, up(130)).time);
    CHECK(van.fix(day + 160s, up(160)).time);
}

TEST_CASE("gpsd is gone, and comes again") {
    const Van van(with_fault(ReceiverFault::Kind::silent), 1);
    CHECK_FALSE(van.silent_until(day + 99s));
    CHECK(van.silent_until(day + 100s) == day + 160s);
    CHECK(van.silent_until(day + 159s) == day + 160s);
    CHECK_FALSE(van.silent_until(day + 160s));
}
