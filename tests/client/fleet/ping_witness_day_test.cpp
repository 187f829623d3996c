// Honest stories: nobody complains.

#include "tests/client/fleet/ping_story.hpp"

#include <doctest/doctest.h>

using namespace outrider;
using namespace outrider::test;
using fleet::Reached;
using Shift = Story::Shift;

namespace {

void tell_of_mishaps(Story& story) {
    story.drive(900);
    story.appointment = 812;
    story.send(story.waiting(5));

    // Two answers are lost, and one request: the office has the first five three times.
    for (int i = 0; i < 2; ++i) {
        const std::string body = story.body_of(story.waiting(5));
        const auto attempt = story.leave(body);
        story.office_takes(body);
        story.witness->lost(attempt, Reached::yes);
    }
    story.witness->lost(story.leave(story.body_of(story.waiting(5))), Reached::no);
    story.send(story.waiting(5));

    // An answer is read, and the power is cut before it is on the disk.
    const std::string body = story.body_of(story.waiting(3));
    story.witness->answered(story.leave(body), 200, story.office_takes(body), Reached::yes);
    story.crash();
    story.drive(300);
    story.send(story.waiting(3));

    // One of three fails. A batch is refused for one record, which is found by halves.
    const Sequences three = story.waiting(3);
    const std::string some = story.body_of(three);
    story.witness->answered(story.leave(some), 200, story.office_takes(some, {three[1]}),
                            Reached::yes);
    story.delivered({three[0], three[2]});
    story.buried(three[1]);
    const Sequences four = story.waiting(4);
    for (const Sequences& part : {four, Sequences{four[0], four[1]}, Sequences{four[0]}}) {
        story.witness->answered(story.leave(story.body_of(part)), 409, "{}", Reached::no);
    }
    story.send({four[1]});
    story.send({four[2], four[3]});
    story.buried(four[0]);

    // Lunch; and then a receiver that has lost count of its weeks.
    story.drive(1800, Shift::off);
    story.wrong_by = std::chrono::hours(24) * 7 * 1024;
    story.drive(1200);
    story.wrong_by = Duration();

    // After an outage the newest goes with the oldest.
    Sequences load = story.waiting(10);
    load.push_back(story.waiting(1000).back());
    story.send(load);
    story.drive(100);
    load = story.waiting(10);
    load.push_back(story.waiting(1000).back());
    story.send(load);
    story.finish();
    story.drain();
}

}  // namespace

TEST_CASE("of an honest day with all its mishaps nobody complains") {
    Story story;
    tell_of_mishaps(story);
    CHECK(story.look_back() == "");

    const fleet::PingCounts& counts = story.witness->counts();
    CHECK(counts.fixes == 900 + 300 + 1800 + 1200 + 100);
    CHECK(counts.pings == story.store->ledger().balance("accepted:pings"));
    CHECK(counts.at_office == counts.pings - 2);
    CHECK(counts.duplicates == 5 + 5 + 3);
    CHECK(counts.dead == 2);
    CHECK(counts.ambiguous == 5 + 5 + 3);
    CHECK(counts.measured > 1500);
    CHECK(counts.largest_mm > 5'000);
    CHECK(counts.largest_mm <= 10'050);
}

TEST_CASE("nor does anybody when the witness hardly ever looks at the device") {
    Story story;
    story.looks = false;
    tell_of_mishaps(story);
    CHECK(story.look_back() == "");
    CHECK(story.witness->counts().at_office == story.witness->counts().pings - 2);
}

TEST_CASE("across a crash, which costs fixes, the track is not measured") {
    Story story;
    story.drive(300);
    story.commit();
    story.crash();
    for (int i = 0; i < 60; ++i) story.next_fix();  // and nobody is there to take it
    story.drive(300);
    story.finish();
    story.drain();
    CHECK(story.look_back() == "");
}
