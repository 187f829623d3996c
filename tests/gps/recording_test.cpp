// What gpsd 3.22 itself printed for its regression logs, read by the reader and judged.

#include "gps/gpsd.hpp"
#include "gps/gpsd_facts.hpp"
#include "gps/judge.hpp"
#include "gps/lines.hpp"
#include "platform/files.hpp"
#include "tests/support/places.hpp"
#include "tests/support/result.hpp"

#include <doctest/doctest.h>

#include <map>

using namespace outrider;
using namespace outrider::gps;

namespace {

struct Replay {
    std::size_t reports = 0, usable = 0, unreadable = 0;
    int most_satellites = 0;
    std::map<Verdict, int> verdicts;
};

Replay replay(const std::string& name) {
    const auto log = read_file(test::project_file("tests/data/gpsd/" + name + ".log.chk"), 1 << 20);
    REQUIRE(log);
    Replay result;
    Lines lines;
    GpsdReader reader;
    GpsdFacts facts(GpsdOptions{});
    Judge judge{JudgeSettings{}};
    std::vector<Judged> out;
    facts.connected(Uptime());
    lines.add(*log);
    Instant wall{};
    while (const auto line = lines.next()) {
        // The regression suite prints the receiver's own sentences in between.
        if (!line->starts_with('{')) continue;
        GpsdLine says = reader.read(*line);
        if (says.kind == GpsdLine::Kind::unreadable) ++result.unreadable;
        const auto fix = facts.take(std::move(says), Uptime(Duration(result.reports)));
        if (!fix) continue;
        ++result.reports;
        if (fix->usable()) ++result.usable;
        result.most_satellites = std::max(result.most_satellites, fix->satellites_used.value_or(0));
        // The clock of the day it was recorded on, as gpsd understands it.
        if (wall == Instant() && fix->time) wall = *fix->time;
        judge.add(*fix, wall, out);
    }
    judge.finish(out);
    CHECK(out.size() == result.reports);
    for (const Judged& judged : out) ++result.verdicts[judged.judgement.verdict];
    return result;
}

}  // namespace

TEST_SUITE("gps/recording") {
    TEST_CASE("every line that gpsd prints can be read, and every report is counted") {
        struct Row {
            const char* name;
            std::size_t reports, usable;
        };
        const Row rows[] = {
            {"motorola-t805", 41, 31}, {"haicom-305N", 142, 134}, {"bt451", 30, 18},
            {"bu303-moving", 12, 12},  {"mtk-3329", 5, 5},        {"humminbird-M37", 31, 31},
        };
        for (const Row& row : rows) {
            CAPTURE(row.name);
            Replay result = replay(row.name);
            CHECK(result.reports == row.reports);
            CHECK(result.usable == row.usable);
            CHECK(result.unreadable == 0);
            CHECK(result.verdicts[Verdict::no_fix] == static_cast<int>(row.reports - row.usable));
        }
        const Replay fast = replay("ublox-neo-m8n");
        CHECK(fast.reports > 20);
        CHECK(fast.usable == fast.reports);
        CHECK(fast.most_satellites >= 10);
    }

    TEST_CASE("a drive under a clear sky is believed but for its doubles") {
        Replay result = replay("motorola-t805");
        CHECK(result.verdicts[Verdict::reported] >= 2);
        CHECK(result.verdicts[Verdict::impossible_speed] == 0);
    }

    TEST_CASE("positions before the first time are dropped, not stamped") {
        Replay result = replay("bt451");
        CHECK(result.verdicts[Verdict::reported] >= 1);
        CHECK(result.verdicts[Verdict::no_fix] == 12);
    }

    TEST_CASE("times that go backwards are told") {
        Replay result = replay("humminbird-M37");
        CHECK(result.verdicts[Verdict::backwards] >= 1);
        CHECK(result.verdicts[Verdict::reported] >= 1);
    }
}
