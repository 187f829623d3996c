#include "client/fleet/ping_witness.hpp"

#include "tests/client/fleet/ping_story.hpp"

#include <doctest/doctest.h>

using namespace outrider;
using namespace outrider::test;
using fleet::Reached;

namespace {

bool notices(const Story& story, const char* words) {
    const std::string& complaint = story.witness->complaint();
    CAPTURE(complaint);
    return complaint.find(words) != complaint.npos;
}

// Ten honest minutes, and what left is answered so.
Story& driven(Story& story) {
    story.drive(600);
    REQUIRE(story.witness->complaint().empty());
    return story;
}

void refused(Story& story, const Sequences& batch) {
    story.witness->answered(story.leave(story.body_of(batch)), 409, "{}", Reached::no);
}

fleet::Truth truth_of(const gps::Fix& fix, double north_m) {
    return {fix.latitude - north_m / 111'195, fix.longitude, 12, true};
}

}  // namespace

TEST_CASE("a ping that is dead after one refusal of many is noticed") {
    Story story;
    driven(story);
    refused(story, {1, 2, 3, 4});
    story.buried(2);
    story.crash();
    CHECK(notices(story, "ping 2 is dead, and nobody refused it"));
}

TEST_CASE("a whole batch that is dead after two refusals is noticed") {
    Story story;
    driven(story);
    refused(story, {1, 2, 3, 4});
    refused(story, {1, 2, 3, 4});
    for (const std::int64_t each : {1, 2, 3, 4}) story.buried(each);
    story.crash();
    CHECK(notices(story, "ping 1 is dead, and nobody refused it"));
}

TEST_CASE("a batch of which every ping failed condemns none of them") {
    Story story;
    driven(story);
    const std::string body = story.body_of({1, 2});
    story.witness->answered(story.leave(body), 200, story.office_takes(body, {1, 2}), Reached::yes);
    story.buried(1);
    story.crash();
    CHECK(notices(story, "ping 1 is dead, and nobody refused it"));
}

TEST_CASE("what is left over of a batch refused twice may be dead") {
    Story story;
    driven(story);
    refused(story, {1, 2, 3, 4});
    refused(story, {1, 2});
    story.send({1});
    story.buried(2);
    story.crash();
    CHECK(story.witness->complaint() == "");
}

TEST_CASE(
    "a ping that is far from the vehicle is noticed, but not where the receiver is at fault") {
    for (const bool fair : {true, false}) {
        Story story;
        driven(story);
        const gps::Fix fix = story.next_fix();
        fleet::Truth truth = truth_of(fix, 300);
        truth.fair = fair;
        story.witness->reported(fix, true, truth);
        story.add(api::Ping::of(fix, false));
        story.crash();
        CHECK(notices(story, "m from the van") == fair);
    }
}

TEST_CASE("a ping from nowhere is noticed") {
    Story story;
    driven(story);
    gps::Fix fix = story.next_fix();
    fix.latitude = fix.longitude = 0;
    story.witness->reported(fix, true);
    story.add(api::Ping::of(fix, false));
    story.crash();
    CHECK(notices(story, "is at 0.0000000, 0.0000000"));
}

TEST_CASE("a long drive without a ping is noticed") {
    for (const double speed_mps : {12.0, 0.0}) {
        Story story;
        driven(story);
        for (int i = 0; i < 1000; ++i) {
            const gps::Fix fix = story.next_fix();
            fleet::Truth truth = truth_of(fix, 0);
            truth.speed_mps = speed_mps;
            story.witness->reported(fix, true, truth);
            story.store->ledger().count("captured");
            story.store->ledger().count("not_reported:jump");
        }
        story.finish();
        story.drain();
        story.look_back();
        CHECK(notices(story, "of driving") == (speed_mps > 0));
    }
}

TEST_CASE("a ping that tells of work which was not shown is noticed") {
    for (const dispatch::Id shown : {7, 8}) {
        Story story;
        story.appointment = 7;
        story.witness->shows(api::Ping::Context{shown, dispatch::Status::working});
        for (int i = 0; i < 600; ++i) {
            story.drive(1);
            story.witness->shows(api::Ping::Context{shown, dispatch::Status::working});
        }
        story.crash();
        CHECK(notices(story, "and nobody was shown that") == (shown != story.appointment));
    }
}
