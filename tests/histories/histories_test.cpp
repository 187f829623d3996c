#include "tests/histories/history.hpp"

#include "platform/log.hpp"
#include "tests/support/sanitized.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <string>

namespace outrider::test {
namespace {

// Those without sanitizers are played in full.
constexpr std::uint64_t all_days = sanitized ? 40 : 2000;
constexpr std::uint64_t played_twice = std::min<std::uint64_t>(all_days / 10, 20);
constexpr std::uint64_t parts = 8;

std::uint64_t from_outside(const char* name, std::uint64_t otherwise) {
    const char* text = std::getenv(name);
    return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}
std::uint64_t wanted_seed() { return from_outside("OUTRIDER_SEED", 0); }  // 0: all of them

fleet::TapCounts play(std::uint64_t seed) {
    set_log_level(Level::error);
    History history(seed);
    history.play();
    if (wanted_seed() != 0) std::cout << history.trace() << "\n";
    if (!history.complaint().empty()) {
        FAIL_CHECK("OUTRIDER_SEED=", seed, ": ", history.complaint(), "\n", history.trace());
    }
    return history.counts();
}

void play_part(std::uint64_t part) {
    fleet::TapCounts sum;
    const std::uint64_t only = wanted_seed(), days = from_outside("OUTRIDER_DAYS", all_days);
    if (only != 0 && only % parts == part) sum += play(only);
    for (std::uint64_t seed = 1; seed <= days && only == 0; ++seed) {
        if (seed % parts == part) sum += play(seed);
    }
    if (only != 0) return;
    MESSAGE(sum.days << " days: " << sum.taps << " taps, " << sum.carried_out << " carried out, "
                     << sum.settled << " settled, " << sum.cards << " cards, " << sum.held
                     << " held, " << sum.denied << " denied, " << sum.office_moves
                     << " office moves, " << sum.crashes << " crashes (" << sum.after_the_act
                     << " after the act), " << sum.texts << " texts and " << sum.quiet
                     << " dispatches without one checked");
    CHECK(sum.carried_out > sum.taps / 4);  // of five days, when sanitized
    CHECK(sum.texts > 0);
    CHECK(sum.quiet > 0);
}

TEST_CASE("random days, 1 of 8") { play_part(1); }
TEST_CASE("random days, 2 of 8") { play_part(2); }
TEST_CASE("random days, 3 of 8") { play_part(3); }
TEST_CASE("random days, 4 of 8") { play_part(4); }
TEST_CASE("random days, 5 of 8") { play_part(5); }
TEST_CASE("random days, 6 of 8") { play_part(6); }
TEST_CASE("random days, 7 of 8") { play_part(7); }
TEST_CASE("random days on which the office leaves the technician alone, 8 of 8") { play_part(0); }

TEST_CASE("a seed plays the same day again") {
    if (wanted_seed() != 0) return;
    for (std::uint64_t seed = 1; seed <= played_twice; ++seed) {
        History first(seed), again(seed);
        first.play();
        again.play();
        CHECK(first.trace() == again.trace());
    }
}

}  // namespace
}  // namespace outrider::test
