#include "client/fleet/ping_witness.hpp"

#include "tests/client/fleet/ping_story.hpp"

#include <doctest/doctest.h>

#include <array>

using namespace outrider;
using namespace outrider::test;
using fleet::Reached;
using offline::Cause;
using offline::Lane;
using Shift = Story::Shift;

namespace {

constexpr auto weeks = std::chrono::hours(24) * 7 * 1024;

struct Lie {
    const char* what;
    void (*tell)(Story&);
    const char* noticed;  // in the complaint
};

std::string replaced(std::string text, const std::string& what, const std::string& with) {
    const auto at = text.find(what);
    REQUIRE(at != text.npos);
    return text.replace(at, what.size(), with);
}

// Each after ten honest minutes of which two requests have been answered, and before the rest is
// sent.
template <std::size_t N>
void check_noticed(const std::array<Lie, N>& lies) {
    for (const Lie& lie : lies) {
        const std::string what = lie.what;
        CAPTURE(what);
        Story story;
        story.drive(600);
        story.send(story.waiting(5));
        story.send(story.waiting(5));
        REQUIRE(story.witness->complaint().empty());
        lie.tell(story);
        if (story.witness->complaint().empty()) {
            story.finish();
            story.drain();
            story.look_back();
        }
        const std::string complaint = story.witness->complaint();
        CAPTURE(complaint);
        CHECK(complaint.find(lie.noticed) != complaint.npos);
    }
}

// The device sends the two oldest, with something in it changed.
void send_changed(Story& story, const std::string& what, const std::string& with) {
    const Sequences two = story.waiting(2);
    story.send_as(two, replaced(story.body_of(two), what, with));
}

void leave_as(Story& story, Cause cause) {
    const Sequences one = story.waiting(1);
    story.commit(
        [&] { return story.store->outbox().remove(Lane::pings, one, cause, story.clock.now()); });
    story.look();
}

}  // namespace

TEST_CASE("what nobody saw on the disk is still held against the fixes") {
    const auto told = [](const auto& change) {
        Story story;
        story.looks = false;
        story.drive(600);
        const gps::Fix fix = story.next_fix();
        story.witness->reported(fix, true);
        api::Ping ping = api::Ping::of(fix, false);
        change(ping);
        story.add(ping);
        story.drain();
        return story.look_back();
    };
    const auto complaint_of = [&](const auto& change) {
        const std::string complaint = told(change);
        return complaint.substr(complaint.find(' ', 5) + 1);
    };
    CHECK(told([](api::Ping&) {}) == "");
    CHECK(complaint_of([](api::Ping& ping) { ping.latitude += 2e-7; }).starts_with("is nothing"));
    CHECK(complaint_of([](api::Ping& ping) { ping.time += weeks; }).starts_with("was repaired"));
    CHECK(complaint_of([](api::Ping& ping) { ping.is_new = true; }).starts_with("is the unit's"));
    CHECK(complaint_of([](api::Ping& ping) { ping.speed_mps = 12.06; }).starts_with("goes at"));
}

TEST_CASE("of two receivers that say the same place, the one that says the ping's speed is meant") {
    for (const double slower_mps : {0.02, 0.008, 3.0}) {
        CAPTURE(slower_mps);
        Story story;
        story.drive(600);
        const gps::Fix fix = story.next_fix();
        gps::Fix twin = fix;
        twin.speed_mps = *fix.speed_mps - slower_mps;
        story.witness->reported(twin, true);
        story.witness->reported(fix, true);
        story.add(api::Ping::of(fix, false));
        story.look();
        story.drain();
        CHECK(story.look_back() == "");
    }
}

TEST_CASE("a device that keeps what is not so is noticed") {
    check_noticed(std::array<Lie, 9>{{
        {"a ping of no fix",
         [](Story& story) {
             api::Ping ping = api::Ping::of(story.next_fix(), false);
             story.add(ping);
             story.look();
         },
         "is nothing that the receiver gave"},
        {"a ping of a fix off shift",
         [](Story& story) {
             const gps::Fix fix = story.next_fix();
             story.take(fix, Shift::off);
             story.add(api::Ping::of(fix, false));
             story.look();
         },
         "may not be kept"},
        {"a record of a fix off shift",
         [](Story& story) {
             const gps::Fix fix = story.next_fix();
             story.take(fix, Shift::off);
             story.record({fix, {gps::Verdict::held}}, {});
         },
         "a record of the journal may not be kept"},
        {"a record of no fix",
         [](Story& story) {
             story.record({story.next_fix(), {gps::Verdict::jump}}, {});
         },
         "a record of the journal is nothing that the receiver gave"},
        {"two pings of one fix",
         [](Story& story) {
             const auto newest = *story.store->outbox().newest(Lane::pings);
             story.add(*api::decode_ping(newest->body));
             story.look();
         },
         "made of a fix that is a ping already"},
        {"a ping faster than its fix",
         [](Story& story) {
             const gps::Fix fix = story.next_fix();
             story.witness->reported(fix, true);
             api::Ping ping = api::Ping::of(fix, false);
             ping.speed_mps = 12.06;
             story.add(ping);
             story.look();
         },
         "goes at 12.06 m/s"},
        {"a time repaired to what it is not",
         [](Story& story) {
             const gps::Fix fix = story.next_fix();
             story.witness->reported(fix, true);
             api::Ping ping = api::Ping::of(fix, false);
             ping.time += weeks;
             story.add(ping);
             story.look();
         },
         "was repaired to"},
        {"a second first ping",
         [](Story& story) {
             const gps::Fix fix = story.next_fix();
             story.witness->reported(fix, true);
             story.add(api::Ping::of(fix, true));
             story.look();
         },
         "is the unit's first, or is not"},
        {"books that do not balance",
         [](Story& story) {
             story.store->ledger().count("captured", 3);
             story.store->ledger().count("not_reported:held");
         },
         "the books: fixes"},
    }});
}

TEST_CASE("a device that loses what it accepted is noticed") {
    check_noticed(std::array<Lie, 12>{{
        {"a row is gone",
         [](Story& story) { story.crash_and("DELETE FROM pings WHERE sequence=15"); },
         "ping 15 is gone from the disk without a word"},
        {"the newest is gone, and its number",
         [](Story& story) {
             const auto newest = std::to_string(story.waiting(1000).back());
             story.crash_and("DELETE FROM pings WHERE sequence=" + newest +
                             "; UPDATE ledger SET count = count - 1 WHERE account IN "
                             "('accepted:pings', 'captured')");
         },
         "were on the disk, and now there were never more"},
        {"a row has changed",
         [](Story& story) {
             story.crash_and(
                 "UPDATE pings SET body = (SELECT body FROM pings WHERE sequence=16) "
                 "WHERE sequence=15");
         },
         "ping 15 has changed on the disk"},
        {"what was delivered is there again",
         [](Story& story) {
             story.save();
             story.send(story.waiting(5));
             story.go_back_to_saved();
         },
         "ping 11 had been delivered, and is there again"},
        {"gone before the answer",
         [](Story& story) {
             const Sequences five = story.waiting(5);
             const auto attempt = story.leave(story.body_of(five));
             story.delivered(five);
             story.witness->lost(attempt, Reached::no);
         },
         "ping 11 is called delivered, and the office has it not"},
        {"dead, and nobody refused it", [](Story& story) { story.buried(12); },
         "ping 12 is dead, and nobody refused it"},
        {"expired within the hour", [](Story& story) { leave_as(story, Cause::expired); },
         "is gone as expired"},
        {"thinned, with room for all", [](Story& story) { leave_as(story, Cause::thinned); },
         "is gone as thinned"},
        {"discarded by nobody", [](Story& story) { leave_as(story, Cause::discarded); },
         "is gone as discarded"},
        {"lost, and the disk is sound", [](Story& story) { leave_as(story, Cause::lost); },
         "is gone as lost"},
        {"never sent",
         [](Story& story) {
             story.finish();
             story.clock.run_for(std::chrono::minutes(1));
             story.look_back();
         },
         "ping 11 still waits after"},
        {"fixes that nobody counts",
         [](Story& story) {
             for (int i = 0; i < 200; ++i) story.witness->reported(story.next_fix(), true);
         },
         "fixes are accounted for of"},
    }});
}

TEST_CASE("a device that sends what is not so, or as it should not, is noticed") {
    check_noticed(std::array<Lie, 12>{{
        {"another place",
         [](Story& story) { send_changed(story, "\"latitude\":47.6", "\"latitude\":47.5"); },
         "ping 11 left with another latitude"},
        {"another longitude",
         [](Story& story) { send_changed(story, "\"longitude\":-", "\"longitude\":"); },
         "ping 11 left with another longitude"},
        {"another time", [](Story& story) { send_changed(story, "T06:", "T07:"); },
         "ping 11 left with another time"},
        {"metres a second where miles an hour belong",
         [](Story& story) { send_changed(story, "\"speed\":26.93", "\"speed\":12.04"); },
         "ping 11 left with another speed"},
        {"no speed", [](Story& story) { send_changed(story, "\"speed\":26.93", "\"speed\":null"); },
         "ping 11 left with another speed"},
        {"another name", [](Story& story) { send_changed(story, "Van 7", "Van 8"); },
         "ping 11 left with another unit's name"},
        {"an appointment that it was not on",
         [](Story& story) {
             send_changed(story, "\"statusMessage\":\"\"",
                          "\"statusMessage\":\"Working: appointment 7\"");
         },
         "ping 11 left with another statusMessage"},
        {"other bytes the second time",
         [](Story& story) {
             const std::string body = story.body_of({11});
             story.witness->lost(story.leave(body), Reached::no);
             story.leave(replaced(body, "Van 7", "Van 8"));
         },
         "ping 11 left as other bytes than before"},
        {"again after the answer",
         [](Story& story) {
             const std::string body = story.body_of({11});
             story.send({11});
             story.leave(body);
         },
         "ping 11 left again, though the office's word for it had been read"},
        {"the younger ones first",
         [](Story& story) {
             story.send({15, 16, 17, 18});
             story.send({11, 12, 13, 14});
         },
         "came to the office before ping"},
        {"out of order in one request",
         [](Story& story) {
             story.send_as({11, 12}, story.body_of({12, 11}));
         },
         "ping 11 left behind ping 12 in one request"},
        {"what is not on the disk yet",
         [](Story& story) {
             const auto next = story.waiting(1000).back() + 1;
             story.leave(replaced(story.body_of({11}), story.id_of(11), story.id_of(next)));
             story.look();
         },
         "has left, and only"},
    }});
}

TEST_CASE("an office that has what was not sent, or not as it was, is noticed") {
    check_noticed(std::array<Lie, 5>{{
        {"altered on the way",
         [](Story& story) {
             const std::string body = story.body_of({11});
             const auto attempt = story.leave(body);
             const std::string answer =
                 story.office_takes(replaced(body, "\"latitude\":47.6", "\"latitude\":47.5"));
             story.witness->answered(attempt, 200, answer, Reached::yes);
             story.delivered({11});
         },
         "ping 11 left as other bytes than the office has"},
        {"a ping of nobody's",
         [](Story& story) {
             story.office_takes(replaced(story.body_of({11}), story.id_of(11), "or-17"));
         },
         "'or-17' is no name of a ping of ours"},
        {"a ping that has not left",
         [](Story& story) {
             story.office_takes(replaced(story.body_of({11}), story.id_of(11), story.id_of(1000)));
         },
         "ping 1000 is at the office, and never left"},
        {"twice from one request that was answered",
         [](Story& story) {
             const std::string body = story.body_of({11});
             const auto attempt = story.leave(body);
             story.office_takes(body);
             story.witness->answered(attempt, 200, story.office_takes(body), Reached::yes);
             story.delivered({11});
         },
         "ping 11 came again 1 times, and 0 of its requests were in doubt"},
        {"three times from two in doubt",
         [](Story& story) {
             const std::string body = story.body_of({11});
             const auto attempt = story.leave(body);
             story.witness->lost(attempt, Reached::yes);
             for (int i = 0; i < 3; ++i) story.office_takes(body);
             story.send({11});
         },
         "ping 11 came again 3 times, and 1 of its requests were in doubt"},
    }});
}

TEST_CASE("a track that passes a fix at more than its bound is noticed") {
    gps::CadenceSettings loose;
    loose.bound_m = 40;
    Story story(loose);
    story.drive(900);
    story.finish();
    story.drain();
    const std::string& complaint = story.look_back();
    CAPTURE(complaint);
    CHECK(complaint.find(" m off the way from the ping of") != complaint.npos);
}
