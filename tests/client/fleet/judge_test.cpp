#include "client/fleet/judge.hpp"

#include "client/fleet/history.hpp"
#include "platform/log.hpp"
#include "tests/support/result.hpp"
#include "tests/support/sanitized.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <numeric>
#include <string>

using namespace outrider;
using namespace outrider::fleet;

namespace {

constexpr std::int64_t some = test::sanitized ? 4 : 12;

std::string complaints_of(const Figures& figures) {
    std::string all;
    for (const Violation& violation : figures.violations) {
        all += std::to_string(violation.seed) + " of " + std::to_string(violation.technician) +
               ": " + violation.words + "\n";
    }
    return all;
}

}  // namespace

TEST_SUITE("client/fleet/judge") {
    TEST_CASE("whatever goes wrong, a crew's day keeps every promise") {
        VirtualOptions options;
        options.seed = 20261121;
        options.last = some;
        const auto figures = run_virtual(options, nullptr);
        REQUIRE(figures);
        CHECK(complaints_of(*figures) == "");
        CHECK(figures->count("histories") == some);
        for (const char* name : {"crashes", "powercuts", "outages", "full_disks", "clock_jumps",
                                 "taps", "texts", "accepted"}) {
            CAPTURE(name);
            CHECK(figures->count(name) > 0);
        }
    }

    TEST_CASE("on a day without trouble every tap is carried out") {
        VirtualOptions options;
        options.seed = 7;
        options.last = some;
        options.faults = Faults::none;
        const auto figures = run_virtual(options, nullptr);
        REQUIRE(figures);
        CHECK(complaints_of(*figures) == "");
        // One of a crew has completed the job of another who was on the way.
        CHECK(figures->count("cards") <= 1);
        CHECK(figures->count("taps_carried_out") + figures->count("cards") ==
              figures->count("taps"));
        CHECK(figures->count("duplicates") == 0);
        CHECK(figures->count("crashes") == 0);
    }

    TEST_CASE("a judged day gives the report its pictures") {
        VirtualOptions options;
        options.seed = 20261121;
        options.last = some;
        const auto figures = run_virtual(options, nullptr);
        REQUIRE(figures);
        const auto sum = [&](const char* name) {
            const auto found = figures->series.find(name);
            if (found == figures->series.end()) return std::int64_t{-1};
            const auto& values = found->second.values();
            return std::accumulate(values.begin(), values.end(), std::int64_t{0});
        };
        CHECK(sum("pings") == figures->count("accepted"));
        CHECK(sum("duplicates") == figures->count("duplicates"));
        CHECK(sum("retries") == figures->count("retries"));
        CHECK(sum("retries") > 0);
        CHECK(sum("age_samples") > 0);
        CHECK(sum("age_s") > sum("age_samples"));  // older than a second, on the average
        CHECK(figures->histograms.at("latency_us").least() >= 40'000);
    }

    TEST_CASE("a seed plays the same day again, and another one another") {
        const std::uint64_t seed = history_seed(3, 1);
        const auto one = tell_history(seed, Faults::all);
        const auto again = tell_history(seed, Faults::all);
        const auto other = tell_history(history_seed(3, 2), Faults::all);
        REQUIRE(one);
        REQUIRE(again);
        REQUIRE(other);
        CHECK(one->events > 10);
        CHECK(one->trace == again->trace);
        CHECK(one->trace != other->trace);
    }
}
