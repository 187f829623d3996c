#include "gps/verdict.hpp"
#include "gps/source.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <set>

using namespace outrider::gps;

TEST_SUITE("gps/verdict") {
    TEST_CASE("every verdict has a name and a sentence of its own") {
        std::set<std::string> names, sentences;
        for (const Verdict verdict : all_verdicts()) {
            CAPTURE(name(verdict));
            CHECK(names.insert(std::string(name(verdict))).second);
            CHECK(sentences.insert(explain({verdict, Cause::first, 1, 2})).second);
            CHECK(believed(verdict) == (static_cast<int>(verdict) < 16));
        }
        CHECK(names.size() == 19);
        CHECK(names.count("unknown") == 0);
    }

    TEST_CASE("every cause has a name and a sentence of its own") {
        std::set<std::string> names, sentences;
        for (int i = 0; i <= static_cast<int>(Cause::last); ++i) {
            const auto cause = static_cast<Cause>(i);
            CHECK(names.insert(std::string(name(cause))).second);
            CHECK(sentences.insert(explain({Verdict::reported, cause, 1, 2})).second);
        }
        CHECK(names.count("unknown") == 0);
    }

    TEST_CASE("sentences tell what was measured and what it was held against") {
        CHECK(explain({Verdict::impossible_speed, Cause::none, 183.2, 70}) ==
              "rejected: 183 m/s implied, at most 70 is possible");
        CHECK(explain({Verdict::implausible_time, Cause::none, -172'800, 86'400}) ==
              "rejected: its time is -2.0 days from what the clock says, at most 1.0 is possible");
        CHECK(explain({Verdict::against_doppler, Cause::none, 183, 0.2}) ==
              "rejected: 183 m/s implied, receiver says 0.2");
        CHECK(explain({Verdict::held, Cause::none, 0, 10}) ==
              "not reported: within 10 m of the line to the next ping");
        CHECK(explain({Verdict::reported, Cause::interval, 30, 30}) ==
              "reported: 30 s since the last ping, one is due every 30 s");
    }

    TEST_CASE("numbers from a damaged disk are no verdicts") {
        const auto strange = static_cast<Verdict>(99);
        CHECK(name(strange) == "unknown");
        CHECK(!believed(strange));
        CHECK(explain({strange, Cause::none, 0, 0}) == "unknown");
        CHECK(name(static_cast<Cause>(99)) == "unknown");
        CHECK(explain({Verdict::reported, static_cast<Cause>(99), 0, 0}) == "reported");
        const double nan = std::numeric_limits<double>::quiet_NaN();
        CHECK(explain({Verdict::inaccurate, Cause::none, nan, nan}).find("nan") !=
              std::string::npos);
    }

    TEST_CASE("every state of a source has the name the status screen shows") {
        CHECK(name(SourceState::no_gpsd) == "no gpsd");
        CHECK(name(SourceState::no_device) == "no device");
        CHECK(name(SourceState::no_fix) == "no fix");
        CHECK(name(SourceState::stale_fix) == "stale fix");
        CHECK(name(SourceState::fix) == "fix");
        CHECK(name(static_cast<SourceState>(7)) == "unknown");
    }
}
