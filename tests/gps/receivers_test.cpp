#include "gps/receivers.hpp"

#include "tests/gps/fixes.hpp"

#include <doctest/doctest.h>

#include <functional>
#include <string>

using namespace outrider;
using namespace outrider::gps;
using namespace outrider::test;
using namespace std::chrono_literals;

namespace {

using Change = std::function<void(Fix&)>;

Fix of(const char* device, double second, const Change& change = {}) {
    Fix fix = fix_at(second, 5 * second);
    fix.device = device;
    fix.accuracy_m = 19;
    fix.satellites_used = 8;
    if (change) change(fix);
    return fix;
}

constexpr const char *a = "/dev/ttyACM0", *b = "/dev/ttyUSB0";

Change satellites(int count) {
    return [=](Fix& fix) { fix.satellites_used = count; };
}

struct Van {
    Receivers receivers{SieveSettings{}};
    std::vector<Fix> believed;
    std::vector<Judged> rejected;

    bool operator()(const Fix& fix) {
        const auto before = believed.size();
        receivers.add(fix, fixes_begin, believed, rejected);
        return believed.size() > before;
    }
    std::string in_use() const { return believed.empty() ? "" : believed.back().device.path(); }
    int changes() const {
        int changes = 0;
        for (std::size_t i = 1; i < believed.size(); ++i)
            changes += believed[i].device != believed[i - 1].device ? 1 : 0;
        return changes;
    }
    bool in_order() const {
        for (std::size_t i = 1; i < believed.size(); ++i)
            if (*believed[i].time <= *believed[i - 1].time) return false;
        return true;
    }
    // Both each second, from `from` up to `to`; b a tenth of a second later.
    void both(int from, int to, const Change& for_a = {}, const Change& for_b = {}) {
        for (int second = from; second < to; ++second) {
            (*this)(of(a, second, for_a));
            (*this)(of(b, second + 0.1, for_b));
        }
    }
};

}  // namespace

TEST_SUITE("gps/receivers") {
    TEST_CASE("of two equal receivers the first to settle is used, and the other one told apart") {
        Van van;
        van.both(0, 100);
        CHECK(van.believed.size() == 100);
        CHECK(van.changes() == 0);
        CHECK(van.rejected.size() == 100);
        for (const Judged& one : van.rejected) {
            CHECK(one.fix.device == b);
            CHECK(one.judgement.verdict == Verdict::other_receiver);
        }
        CHECK(explain(van.rejected.back().judgement) ==
              "rejected: another receiver is in use and was heard 0.1 s ago, changing takes 5 s of "
              "silence or 10 s of better fixes");
    }

    TEST_CASE("the other receiver takes over after five seconds of silence, and keeps it") {
        Van van;
        van.both(0, 10);
        int second = 10;
        while (!van(of(b, second + 0.1))) REQUIRE(++second < 60);
        CHECK(second == 14);  // 5.1 s
        CHECK(van.in_use() == b);
        van.both(15, 60);
        CHECK(van.in_use() == b);
        CHECK(van.changes() == 1);
        CHECK(van.in_order());
    }

    TEST_CASE("a receiver that is heard but not believed gives way") {
        Van van;
        van.both(0, 10);
        van.both(10, 20, [](Fix& fix) { fix.mode = Mode::none; });
        CHECK(van.in_use() == b);
        van.both(20, 30, [](Fix& fix) { fix.mode = Mode::none; });
        CHECK(van.changes() == 1);
    }

    TEST_CASE("the better receiver takes over after ten seconds: mode, satellites, accuracy") {
        struct Row {
            const char* what;
            Change for_a, for_b;
            bool better;
        };
        const auto flat = [](Fix& fix) { fix.mode = Mode::two_d; };
        const auto accuracy = [](double metres) {
            return [=](Fix& fix) { fix.accuracy_m = metres; };
        };
        const Row rows[] = {
            {"three dimensions", flat, {}, true},
            {"two dimensions", {}, flat, false},
            {"three dimensions of few satellites",
             [](Fix& fix) {
                 fix.mode = Mode::two_d;
                 fix.satellites_used = 12;
             },
             satellites(4), true},
            {"two more satellites", satellites(8), satellites(10), true},
            {"one more satellite", satellites(8), satellites(9), false},
            {"fewer, but more accurate", satellites(10),
             [](Fix& fix) {
                 fix.satellites_used = 8;
                 fix.accuracy_m = 1;
             },
             false},
            {"half the error", accuracy(20), accuracy(10), true},
            {"a little less error", accuracy(20), accuracy(18), false},
            {"no accuracy", [](Fix& fix) { fix.accuracy_m.reset(); }, {}, false},
        };
        for (const Row& row : rows) {
            CAPTURE(row.what);
            Van van;
            van.both(0, 5);
            van.both(5, 15, row.for_a, row.for_b);
            CHECK(van.in_use() == a);
            van.both(15, 30, row.for_a, row.for_b);
            CHECK((van.in_use() == b) == row.better);
            CHECK(van.changes() == (row.better ? 1 : 0));
            CHECK(van.in_order());
            CHECK(van.believed.size() + van.rejected.size() == 60);
        }
    }

    TEST_CASE("receivers that take turns at being better make no zigzag") {
        Van van;
        for (int second = 0; second < 600; second += 8) {
            van.both(second, second + 4, satellites(6), satellites(12));
            van.both(second + 4, second + 8, satellites(12), satellites(6));
        }
        CHECK(van.changes() == 0);
    }

    TEST_CASE("better, then away, then better is not better all the time") {
        Van van;
        van.both(0, 12, satellites(6), satellites(12));
        for (int second = 12; second < 60; ++second) van(of(a, second, satellites(6)));
        van(of(b, 60, satellites(12)));
        van(of(a, 60.5));
        CHECK(van.changes() <= 1);
        CHECK(van.in_use() == a);
    }

    TEST_CASE("slow receivers do not take turns because of their pauses") {
        Van van;
        for (int second = 0; second < 600; second += 12) {
            van(of(a, second));
            van(of(b, second + 6));
        }
        CHECK(van.changes() <= 1);
    }

    TEST_CASE("a time is told once, and by one, where a receiver takes over") {
        Van van;
        for (int second = 0; second < 40; ++second) {
            van(of(a, second, satellites(6)));
            van(of(b, second, satellites(12)));  // in the same moment
        }
        CHECK(van.changes() == 1);
        CHECK(van.in_order());
        CHECK(van.believed.size() == 40);
    }

    TEST_CASE("a slow receiver that takes over tells of nothing that was before") {
        Van van;
        for (int second = 0; second <= 100; ++second) {
            van(of(a, second));
            if (second % 20 == 6) van(of(b, second + 0.1));
        }
        for (int second = 106; second < 200; second += 20) van(of(b, second + 0.1));
        CHECK(van.in_use() == b);
        CHECK(van.in_order());
    }

    TEST_CASE("a slow receiver's first fix is not told after what the other told since") {
        Van van;
        for (int second = 0; second <= 32; ++second) {
            van(of(a, second));
            if (second == 20) van(of(b, second + 0.1));  // waits for the next one
        }
        van(of(b, 40.1));  // confirms it, and a is silent
        CHECK(van.in_use() == b);
        CHECK(van.in_order());
        CHECK(van.believed.size() == 34);
    }

    TEST_CASE("a receiver whose clock was hours ahead does not mute the other one") {
        Van van;
        for (int second = 0; second < 10; ++second)
            van(of(a, second, [](Fix& fix) { *fix.time += 3h; }));
        for (int second = 5; second < 60; ++second) van(of(b, second));
        CHECK(van.in_use() == b);
        CHECK(van.changes() == 1);
    }

    TEST_CASE("of many receivers four are listened to, until one of them falls silent") {
        Van van;
        const auto all = [&](int from, int to, int first) {
            for (int second = from; second < to; ++second)
                for (int i = first; i < 8; ++i)
                    van(of(("/dev/tty" + std::to_string(i)).c_str(), second + 0.01 * i));
        };
        all(0, 60, 0);
        CHECK(van.believed.size() == 60);
        CHECK(van.changes() == 0);
        all(60, 120, 4);  // the first four are pulled out
        CHECK(van.changes() == 1);
        CHECK(van.in_order());
        van.receivers.finish(van.believed, van.rejected);
        CHECK(van.believed.size() + van.rejected.size() == 60 * 8 + 60 * 4);
    }

    TEST_CASE("what a receiver that makes room still held is settled") {
        Van van;
        for (int i = 0; i < 5; ++i)
            van(of(("/dev/tty" + std::to_string(i)).c_str(), i == 4 ? 60 : 0));
        van.receivers.finish(van.believed, van.rejected);
        CHECK(van.rejected.size() == 5);
        for (const Judged& one : van.rejected) CHECK(one.judgement.verdict == Verdict::unsettled);
    }
}
