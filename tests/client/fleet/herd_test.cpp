#include "client/fleet/herd.hpp"

#include "platform/log.hpp"
#include "tests/support/result.hpp"
#include "tests/support/thorough.hpp"

#include <doctest/doctest.h>

namespace outrider::fleet {
namespace {

using namespace std::chrono_literals;

// A thousand complaints say no more than one.
struct Quiet {
    Quiet() { set_log_level(Level::error); }
    ~Quiet() { set_log_level(Level::info); }
};

TEST_CASE("after ten minutes without an office agents knock at most twice as often as ever") {
    const Quiet quiet;
    HerdOptions options;
    options.agents = test::thorough() ? 1000 : 200;
    const auto figures = run_herd(options);
    REQUIRE(figures);
    const std::int64_t steady = figures->count("herd_steady");
    CHECK(steady >= options.agents / 12);
    CHECK(figures->count("herd_peak_ours") <= 2 * steady);
    CHECK(figures->count("herd_peak_naive") > 3 * steady);
    CHECK(figures->count("herd_out_s") == 300);
    CHECK(figures->count("herd_back_s") == 900);
    CHECK(figures->series.at("herd_ours").values().size() > 1400);
    CHECK(figures->series.at("herd_naive").values()[900] >= options.agents);
}

TEST_CASE("the same seed makes the same herd") {
    const Quiet quiet;
    HerdOptions options;
    options.agents = 20;
    const auto figures = run_herd(options), again = run_herd(options);
    REQUIRE(figures);
    REQUIRE(again);
    CHECK(*figures == *again);
    options.seed = 2;
    const auto other = run_herd(options);
    REQUIRE(other);
    CHECK_FALSE(*figures == *other);
}

TEST_CASE("a herd of nobody, or of a day, is refused") {
    HerdOptions options;
    options.agents = 0;
    CHECK_FALSE(run_herd(options));
    options.agents = 1;
    options.outage = 24h;
    CHECK_FALSE(run_herd(options));
}

}  // namespace
}  // namespace outrider::fleet
