#include "client/agent/coverage.hpp"

#include <doctest/doctest.h>

#include <map>
#include <numeric>
#include <set>
#include <string>

using namespace outrider;
using namespace outrider::agent;
using namespace std::chrono_literals;

namespace {

const Instant eight = *parse_rfc3339("2026-11-21T08:00:00Z");

// A device whose clocks the test sets.
struct Device {
    explicit Device(Instant wall_ = eight) : wall(wall_) {}
    // So long, looked at every ten seconds; by the receiver's time while it has one.
    void pass(Duration time, Minute minute) {
        for (Duration passed{}; passed < time; passed += 10s) {
            const auto by_gps =
                gps_ahead ? std::optional<Instant>(wall + *gps_ahead) : std::nullopt;
            coverage.see({wall, uptime, by_gps, minute});
            sleep(10s);
        }
    }
    void sleep(Duration time) {
        wall += time;
        uptime += time;
    }
    void restart() {
        Coverage next(uptime, std::chrono::days(14));
        for (const auto& page : coverage.changed_pages()) disk[page.name] = page.text;
        for (const auto& [name, text] : disk) next.load(name, text);
        coverage = std::move(next);
    }
    std::string told() const {
        std::string text;
        for (const auto& day : coverage.of_days()) {
            for (const auto& gap : day.gaps) {
                text += to_rfc3339(gap.from).substr(0, 16) + " " +
                        to_rfc3339(gap.to).substr(11, 5) + " " + gap.cause + "\n";
            }
        }
        return text;
    }
    api::Coverage today() const {
        const auto days = coverage.of_days();
        REQUIRE(days.size() == 1);
        return days.front();
    }

    Instant wall;
    Uptime uptime = Uptime(1h);
    std::optional<Duration> gps_ahead;  // of the wall clock; without it, no time by GPS
    Coverage coverage{uptime, std::chrono::days(14)};
    std::map<std::string, std::string> disk;
};

}  // namespace

TEST_SUITE("client/agent/coverage") {
    TEST_CASE("a minute counts as covered by one believed fix, otherwise as what was most of it") {
        Device device;
        device.pass(50s, Minute::no_fix);
        device.pass(10s, Minute::covered);
        device.pass(20s, Minute::no_gpsd);
        device.pass(40s, Minute::no_fix);
        device.pass(1min, Minute::covered);
        device.pass(10s, Minute::covered);  // under way: not told yet
        CHECK(device.told() == "2026-11-21T08:01 08:02 no fix\n");
        CHECK(device.today().expected_min == 3);
        CHECK(device.today().covered_min == 2);
        CHECK(*device.today().share == doctest::Approx(2.0 / 3));
    }

    TEST_CASE("the minute under way is told only once it is over") {
        Device device;
        device.pass(60s, Minute::covered);
        device.pass(20s, Minute::no_fix);
        CHECK(device.told().empty());
        device.pass(50s, Minute::no_fix);
        CHECK(device.told() == "2026-11-21T08:01 08:02 no fix\n");
    }

    TEST_CASE("each gap has its cause, and private time is shown but was not expected") {
        Device device;
        for (const Minute minute :
             {Minute::no_gpsd, Minute::no_device, Minute::no_fix, Minute::unbelieved, Minute::clock,
              Minute::hidden, Minute::off, Minute::covered}) {
            device.pass(10min, minute);
        }
        device.pass(10s, Minute::covered);
        CHECK(device.told() ==
              "2026-11-21T08:00 08:10 gpsd down\n"
              "2026-11-21T08:10 08:20 no device\n"
              "2026-11-21T08:20 08:30 no fix\n"
              "2026-11-21T08:30 08:40 fixes not believed\n"
              "2026-11-21T08:40 08:50 clock not trusted\n"
              "2026-11-21T08:50 09:00 private\n");
        CHECK(device.today().expected_min == 60);
        CHECK(device.today().covered_min == 10);
        CHECK(device.today().private_min == 10);
    }

    TEST_CASE("what the receiver's state and the newest rejection say is the cause") {
        using gps::SourceState;
        const auto rejected = [](gps::Verdict verdict) {
            return std::optional(gps::Judgement{verdict, gps::Cause::none, 0, 0});
        };
        CHECK(cause_of(SourceState::no_gpsd, {}) == Minute::no_gpsd);
        CHECK(cause_of(SourceState::no_device, {}) == Minute::no_device);
        CHECK(cause_of(SourceState::no_fix, rejected(gps::Verdict::jump)) == Minute::no_fix);
        CHECK(cause_of(SourceState::stale_fix, {}) == Minute::no_fix);
        CHECK(cause_of(SourceState::fix, {}) == Minute::no_fix);
        CHECK(cause_of(SourceState::fix, rejected(gps::Verdict::no_fix)) == Minute::no_fix);
        CHECK(cause_of(SourceState::fix, rejected(gps::Verdict::jump)) == Minute::unbelieved);
        CHECK(cause_of(SourceState::fix, rejected(gps::Verdict::no_time)) == Minute::clock);
        CHECK(cause_of(SourceState::fix, rejected(gps::Verdict::implausible_time)) ==
              Minute::clock);
    }

    TEST_CASE("a wall clock that jumps makes no gap, with time by GPS or without") {
        for (const bool by_gps : {false, true}) {
            CAPTURE(by_gps);
            Device device;
            if (by_gps) device.gps_ahead = 0s;
            device.pass(10min, Minute::covered);
            for (const Duration jump : {Duration(8h), Duration(-30min)}) {
                device.wall += jump;
                if (by_gps) *device.gps_ahead -= jump;
                device.pass(10min, Minute::covered);
            }
            device.pass(10s, Minute::covered);
            CHECK(device.told().empty());
            CHECK(device.today().covered_min == 30);
            CHECK(device.today().expected_min == 30);
        }
    }

    TEST_CASE("minutes before the time is known are placed once it is, on the disk as well") {
        Device device(eight - 24h * 365);
        device.pass(10min, Minute::no_fix);
        const auto wrong = device.coverage.changed_pages();
        REQUIRE(wrong.size() == 1);
        CHECK(wrong.front().name == "coverage 2025-11-21");
        device.gps_ahead = 24h * 365;
        device.pass(10min, Minute::covered);
        device.pass(10s, Minute::covered);
        CHECK(device.told() == "2026-11-21T08:00 08:10 no fix\n");
        CHECK(device.today().covered_min == 10);
        const auto right = device.coverage.changed_pages();
        REQUIRE(right.size() == 2);
        CHECK(right[0].name == "coverage 2026-11-21");
        CHECK(right[1].name == "coverage 2025-11-21");
        CHECK(right[1].text.empty());
    }

    TEST_CASE("time nobody saw is told as the agent being down, where it should have run") {
        Device device;
        device.pass(10min, Minute::covered);
        device.restart();
        device.sleep(30min);
        device.pass(5min, Minute::covered);
        device.pass(10s, Minute::covered);
        CHECK(device.told() == "2026-11-21T08:10 08:40 agent down\n");
        CHECK(device.today().expected_min == 45);
    }

    TEST_CASE("what a kill may cost is no agent being down") {
        for (const Duration away : {Duration(2min), Duration(3min)}) {
            Device device;
            device.pass(10min, Minute::covered);
            device.restart();
            device.sleep(away);
            device.pass(70s, Minute::covered);
            CHECK(device.told().empty() == (away == 2min));
        }
    }

    TEST_CASE("a machine that sleeps is an agent that is down") {
        Device device;
        device.gps_ahead = 0s;
        device.pass(10min, Minute::covered);
        device.sleep(1h);
        device.pass(70s, Minute::covered);
        CHECK(device.told() == "2026-11-21T08:10 09:10 agent down\n");
    }

    TEST_CASE("GPS time that turns out to be another one makes no gap either") {
        for (const Duration off : {Duration(5h), Duration(-3h)}) {
            Device device;
            device.gps_ahead = 0s;
            device.pass(10min, Minute::covered);
            device.gps_ahead = off;
            device.pass(10min, Minute::covered);
            device.pass(10s, Minute::covered);
            CHECK(device.told().empty());
            // What is later than now is not told.
            CHECK(device.today().expected_min == (off > 0s ? 20 : 10));
        }
    }

    TEST_CASE("after time that was not to be tracked nobody misses the agent") {
        for (const Minute minute : {Minute::off, Minute::hidden}) {
            Device device;
            device.pass(10min, Minute::covered);
            device.pass(10min, minute);
            device.restart();
            device.sleep(10h);
            device.pass(70s, Minute::covered);
            CHECK(device.today().expected_min == 11);
        }
    }

    TEST_CASE("who knows the shifts says which of the time nobody saw was to be tracked") {
        Device device;
        device.pass(10min, Minute::off);
        device.restart();
        device.coverage.expecting([](Instant at, std::optional<Instant> until) {
            CHECK_FALSE(until);
            return at >= eight + 1h;
        });
        device.sleep(2h);
        device.pass(70s, Minute::covered);
        CHECK(device.told() == "2026-11-21T09:00 10:10 agent down\n");
    }

    TEST_CASE("off shift nothing changes after its first minute, so that nothing is written") {
        Device device;
        device.pass(10min, Minute::covered);
        device.pass(2min, Minute::off);
        CHECK(device.coverage.changed());
        (void)device.coverage.changed_pages();
        device.pass(8h, Minute::off);
        CHECK_FALSE(device.coverage.changed());
        device.pass(2min, Minute::covered);
        CHECK(device.coverage.changed());
    }

    TEST_CASE("pages tell after a restart what they told before, and damaged ones nothing") {
        Device device;
        device.pass(10min, Minute::covered);
        device.pass(10min, Minute::no_device);
        device.pass(10s, Minute::covered);
        const auto pages = device.coverage.changed_pages();
        REQUIRE(pages.size() == 1);
        CHECK(pages.front().text == "1 480.10+10d1+939.");
        CHECK(device.coverage.changed_pages().empty());
        const std::string before = device.told();
        device.disk["coverage 2026-11-21"] = pages.front().text;
        device.restart();
        CHECK(device.told() == before);
        for (const std::string damaged :
             {"", "1 ", "2 1440+", "1 1441+", "1 1439+", "1 480.10+10d", "1 99999999999999999999+",
              "1 -1440+", "1 +", "garbage"}) {
            CAPTURE(damaged);
            Coverage read(Uptime(), std::chrono::days(14));
            read.load("coverage 2026-11-21", damaged);
            read.load("coverage 2026-99-21", "1 1440+");
            read.load("cov", "1 1440+");
            CHECK(read.of_days().empty());
        }
        Coverage strange(Uptime(), std::chrono::days(14));
        strange.load("coverage 2026-11-21", "1 10+10~1420.");
        CHECK(strange.of_days().front().expected_min == 10);
    }

    TEST_CASE("of many gaps the shortest are left out and counted") {
        Device device;
        for (int i = 0; i < 25; ++i) {
            device.pass(1min, Minute::covered);
            device.pass(i % 5 == 0 ? 1min : 2min, Minute::no_fix);
        }
        device.pass(10s, Minute::covered);
        const auto today = device.today();
        CHECK(today.gaps.size() == api::Coverage::most_gaps);
        CHECK(today.more_gaps == 5);
        CHECK(today.more_gaps_min == 5);
        for (const auto& gap : today.gaps) CHECK(gap.to - gap.from == 2min);
    }

    TEST_CASE("the shift begins after two hours that were not to be tracked") {
        Device device(eight - 10h);
        device.pass(5h, Minute::no_fix);
        device.pass(3h, Minute::off);
        device.pass(1h, Minute::covered);
        device.pass(119min, Minute::off);
        device.pass(1h, Minute::covered);
        device.pass(10s, Minute::covered);
        const auto shift = device.coverage.of_shift();
        CHECK(shift.from == eight - 2h);
        CHECK(shift.expected_min == 120);
        CHECK(shift.covered_min == 120);
        device.pass(3h, Minute::off);
        CHECK(device.coverage.of_shift().expected_min == 0);
    }

    TEST_CASE("days are kept as long as the journal, and those of a wrong clock are dropped") {
        Device device;
        device.coverage = Coverage(device.uptime, std::chrono::days(3));
        device.coverage.load("coverage 2036-01-01", "1 1440+");
        device.gps_ahead = 0s;
        for (int day = 0; day < 6; ++day) {
            device.pass(10min, Minute::covered);
            device.sleep(24h - 10min);
        }
        device.pass(70s, Minute::covered);
        const auto days = device.coverage.of_days();
        CHECK(days.size() == 4);
        CHECK(days.back().from == eight + 24h * 6 - 8h);
        std::set<std::string> gone;
        for (const auto& page : device.coverage.changed_pages()) {
            if (page.text.empty()) gone.insert(page.name);
        }
        CHECK(gone == std::set<std::string>{"coverage 2036-01-01"});
    }

    TEST_CASE("a run without time by GPS is bounded, and placed by the wall clock in the end") {
        Device device;
        device.pass(50h, Minute::no_device);
        device.pass(10s, Minute::no_device);
        const auto days = device.coverage.of_days();
        CHECK(std::accumulate(days.begin(), days.end(), std::int64_t{0}, [](auto sum, auto& day) {
                  return sum + day.expected_min;
              }) == 50 * 60);
    }

    TEST_CASE("a run without time by GPS stands where whoever sets the clock puts it") {
        Device device(eight - 24h * 365);
        device.pass(10min, Minute::no_gpsd);
        device.wall = eight;
        device.pass(10min + 10s, Minute::no_gpsd);
        CHECK(device.told() == "2026-11-21T07:50 08:10 gpsd down\n");
    }

    TEST_CASE("around a moment it is told how long it was so") {
        Device device;
        device.pass(10min, Minute::covered);
        device.pass(10min, Minute::no_gpsd);
        device.pass(10min, Minute::covered);
        const auto stretch = device.coverage.around(eight + 13min + 30s);
        CHECK(stretch.minute == Minute::no_gpsd);
        CHECK(stretch.from == eight + 10min);
        CHECK(stretch.to == eight + 20min);
        CHECK(device.coverage.around(eight - 1min).minute == Minute::unknown);
    }

    TEST_CASE("a wall clock that is set to before 1970 costs those minutes, and nothing else") {
        Device device;
        device.pass(30min, Minute::covered);
        for (const Duration wall : {Duration(10min), Duration(-24h * 4)}) {
            device.wall = Instant(wall);
            device.pass(5min, Minute::covered);
            CHECK(device.coverage.around(device.wall).minute != Minute::no_gpsd);
            CHECK(device.coverage.of_shift().covered_min <= 40);
            device.coverage.of_days();
            device.coverage.changed_pages();
        }
        device.wall = eight + 40min;
        device.pass(1min, Minute::covered);
        CHECK(device.today().covered_min >= 39);
        CHECK(device.told().empty());
    }
}
