// A vehicle that drives through private places and times, and everything that may tell of them.

#include "platform/tasks.hpp"
#include "tests/client/agent/asked.hpp"
#include "tests/client/agent/shift.hpp"
#include "tests/support/overheard.hpp"
#include "tests/support/temporary_directory.hpp"

#include <doctest/doctest.h>

#include <bit>
#include <cmath>
#include <fstream>
#include <sstream>

using namespace outrider;
using namespace outrider::test;
using namespace std::chrono_literals;

namespace {

constexpr double latitude = 37.4, longitude = -122.1;

agent::Settings with_home(double metres_north, double radius_m) {
    agent::Settings settings = sample_settings();
    settings.privacy.zones = {{"home", latitude + metres_north / 111'195.0, longitude, radius_m}};
    return settings;
}

std::string bytes_of(std::uint64_t bits, unsigned count) {
    std::string bytes;
    for (unsigned i = 0; i < count; ++i) bytes += static_cast<char>((bits >> (8 * i)) & 0xffU);
    return bytes;
}

// As the journal packs degrees.
std::string packed(double degrees) {
    return bytes_of(static_cast<std::uint64_t>(std::llround(degrees * 1e7)), 4);
}

// What a place would look like on a disk, in the log or in an answer.
std::vector<std::string> traces_of(const gps::Fix& fix) {
    std::vector<std::string> traces;
    traces.push_back(bytes_of(std::bit_cast<std::uint64_t>(fix.latitude), 8));
    traces.push_back(packed(fix.latitude) + packed(fix.longitude));
    traces.push_back(fmt::format("{:.6f}", fix.latitude));
    traces.push_back(fmt::format("{}", fix.latitude));
    return traces;
}

std::string content(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

std::unique_ptr<offline::Store> store_in(const TemporaryDirectory& directory) {
    offline::StoreOptions options;
    options.database.path = directory.file("a.db");
    auto store = offline::Store::open(options);
    REQUIRE(store);
    return std::move(*store);
}

std::vector<api::TrackPoint> on_record(World& world) {
    auto track = world.agent->track(Instant{});
    REQUIRE(track);
    auto points = track->between(Instant{}, world.clock.now() + 1h);
    REQUIRE(points);
    return *points;
}

// One fix, `metres` straight north of the start.
gps::Fix say_north(World& world, double metres, double speed_mps = 15) {
    gps::Fix fix;
    fix.mode = gps::Mode::three_d;
    fix.time = world.clock.now();
    fix.seen = world.clock.uptime();
    fix.latitude = latitude + metres / 111'195.0;
    fix.longitude = longitude;
    fix.speed_mps = speed_mps;
    fix.track_deg = 0;
    fix.accuracy_m = 5;
    fix.satellites_used = 9;
    fix.device = "/dev/ttyACM0";
    world.source.say(fix);
    world.clock.run_for(1s);
    return fix;
}

}  // namespace

TEST_SUITE("client/agent: a private way") {
    TEST_CASE("of a way through a private zone nothing is found in any file, line or answer") {
        const TemporaryDirectory directory;
        const Overheard overheard;
        std::vector<gps::Fix> private_fixes;
        std::string tail, answers;
        {
            World world(store_in(directory), with_home(3000, 300));
            world.start();
            const auto listener = world.agent->verdicts().listen();
            for (double metres = 0; metres < 6000; metres += 15) {
                const gps::Fix fix = say_north(world, metres);
                if (std::abs(metres - 3000) <= 300) private_fixes.push_back(fix);
                if (std::abs(metres - 3000) < 200) answers += api::to_json(world.agent->status());
            }
            while (true) {
                auto line = world.clock.run(within(world.clock, 1s, "a line", listener->next()));
                if (!line) break;
                tail += *line;
            }
            world.clock.run(world.agent->wind_down(2s));
            for (const auto& [key, bodies] : world.office.bodies) {
                for (const auto& body : bodies) answers += body;
            }
            const offline::Audit audit = world.audit();
            CHECK(audit.balances());
            CHECK(audit.captured == 400);
            CHECK(audit.not_reported.at("private") >= 41);
            CHECK(audit.not_reported.at("private") <= 48);
        }
        REQUIRE(private_fixes.size() >= 41);
        const std::string files =
            content(directory.file("a.db")) + content(directory.file("a.db-wal"));
        const std::string log = overheard.text();
        for (const gps::Fix& fix : private_fixes) {
            for (const std::string& trace : traces_of(fix)) {
                CHECK(files.find(trace) == files.npos);
                CHECK(log.find(trace) == log.npos);
                CHECK(tail.find(trace) == tail.npos);
                CHECK(answers.find(trace) == answers.npos);
            }
        }
    }

    TEST_CASE("and the traces looked for are those that are left of a way outside") {
        const TemporaryDirectory directory;
        std::vector<gps::Fix> fixes;
        {
            World world(store_in(directory));
            world.start();
            for (double metres = 0; metres < 1500; metres += 15) {
                fixes.push_back(say_north(world, metres));
            }
            world.clock.run(world.agent->wind_down(2s));
        }
        const std::string files =
            content(directory.file("a.db")) + content(directory.file("a.db-wal"));
        int found = 0;
        for (const gps::Fix& fix : fixes) {
            bool any = false;
            for (const auto& trace : traces_of(fix)) any = any || files.find(trace) != files.npos;
            if (any) ++found;
        }
        CHECK(found > 90);  // but for those that lie across two pages
    }

    TEST_CASE("killed inside a zone, nothing of it is found, and nothing is lost outside") {
        for (double at = 2700; at <= 3300; at += 75) {
            CAPTURE(at);
            const TemporaryDirectory directory;
            std::vector<gps::Fix> private_fixes;
            {
                World world(store_in(directory), with_home(3000, 300));
                world.start();
                for (double metres = 2000; metres <= at; metres += 15) {
                    const gps::Fix fix = say_north(world, metres);
                    if (std::abs(metres - 3000) <= 300) private_fixes.push_back(fix);
                }
            }  // no farewell
            const auto store = store_in(directory);
            CHECK(store->audit()->balances());
            const std::string files =
                content(directory.file("a.db")) + content(directory.file("a.db-wal"));
            for (const gps::Fix& fix : private_fixes) {
                for (const auto& trace : traces_of(fix)) CHECK(files.find(trace) == files.npos);
            }
        }
    }

    TEST_CASE("the track ends with the last fix outside a zone and begins anew behind it") {
        World world(memory_store(), with_home(3000, 300));
        world.start();
        for (double metres = 0; metres < 6000; metres += 15) say_north(world, metres);
        world.clock.run(world.agent->wind_down(1s));
        std::vector<api::TrackPoint> reported;
        for (const auto& point : on_record(world)) {
            const double metres = (point.latitude - latitude) * 111'195.0;
            CHECK(std::abs(metres - 3000) > 300);
            if (point.judgement.verdict == gps::Verdict::reported) reported.push_back(point);
        }
        const auto behind = std::ranges::find_if(reported, [](const auto& point) {
            return point.latitude > latitude + 3000 / 111'195.0;
        });
        REQUIRE(behind != reported.end());
        REQUIRE(behind != reported.begin());
        CHECK(behind->judgement.cause == gps::Cause::first);
        const auto before = std::prev(behind);
        CHECK(before->judgement.cause == gps::Cause::last);
        CHECK((before->latitude - latitude) * 111'195.0 == doctest::Approx(2685).epsilon(0.01));
        CHECK((behind->latitude - latitude) * 111'195.0 == doctest::Approx(3345).epsilon(0.01));
    }

    TEST_CASE("in private mode the screen shows no place, and a tap carries none") {
        Asked asked;
        World& world = asked.world;
        REQUIRE(asked.status().gps.latitude);
        CHECK(asked.post("/v1/private", R"({"on":true,"for_s":3600})").status == 200);
        api::Status status = asked.status();
        CHECK_FALSE(status.gps.latitude);
        CHECK_FALSE(status.gps.speed_mps);
        REQUIRE(status.privacy);
        CHECK(status.privacy->state == "private mode");
        REQUIRE(status.privacy->until);
        const auto before = world.audit();
        world.drive(10min);
        status = asked.status();
        CHECK_FALSE(status.gps.latitude);
        const auto after = world.audit();
        CHECK(after.captured == before.captured + 600);
        CHECK(after.not_reported.at("private") == 600);
        CHECK(after.of(offline::Lane::pings).accepted == before.of(offline::Lane::pings).accepted);
        world.clock.run_for(50min);
        world.drive(1min);
        CHECK(asked.status().privacy->state == "kept");
        CHECK(asked.status().gps.latitude);
    }

    TEST_CASE(
        "private mode is asked for by whom the kernel names, and for a length that makes sense") {
        Asked asked;
        CHECK(asked.post("/v1/private", R"({"on":true,"for_s":0})").status == 400);
        CHECK(asked.post("/v1/private", R"({"on":true,"for_s":1e9})").status == 400);
        CHECK(asked.post("/v1/private", R"({"on":"yes"})").status == 400);
        CHECK(asked.get("/v1/private").status == 405);
        CHECK(asked.status().privacy->state == "kept");
        CHECK(asked.post("/v1/private", R"({"on":true})").status == 200);
        CHECK_FALSE(asked.status().privacy->until);
        CHECK(asked.post("/v1/private", R"({"on":false})").status == 200);
        CHECK(asked.status().privacy->state == "kept");
    }

    TEST_CASE(
        "when the shift ends without a fix, the last place goes from the screen all the same") {
        VirtualClock clock;
        const auto store = memory_store();
        ScriptedOffice office(clock);
        ScriptedSource source(clock);
        ScriptedDesk desk(clock);
        agent::Settings settings = sample_settings();
        settings.workday.technician = me;
        auto opened =
            agent::Agent::open(clock, *store, source, office, settings, Dice(1), nullptr, &desk);
        agent::Agent& agent = **opened;
        Tasks tasks(clock.executor());
        tasks.start(agent.run());
        clock.run_for(5s);
        const auto drive = [&](double from_m, double to_m) {
            for (double metres = from_m; metres <= to_m; metres += 15) {
                source.drive_to(metres);
                clock.run_for(1s);
            }
        };
        drive(0, 435);
        CHECK(agent.keeping() == agent::Keeping::yes);
        CHECK(agent.status().gps.latitude);
        const std::int64_t revision = agent.workday()->revision();
        desk.day.rights.checked_in = false;
        clock.run_for(2min);
        CHECK(agent.keeping() == agent::Keeping::off_shift);
        CHECK_FALSE(agent.status().gps.latitude);
        CHECK(agent.workday()->revision() > revision);
        drive(1000, 1000);
        CHECK(agent.audit()->not_reported.at("private") == 1);
        desk.day.rights.checked_in = true;
        clock.run_for(2min);
        drive(2000, 2030);
        CHECK(agent.status().gps.latitude);
        clock.run(tasks.stop());
    }
}

TEST_SUITE("client/agent: forgetting") {
    TEST_CASE("what is forgotten is on no record, counted, and proven all the same") {
        Asked asked;
        World& world = asked.world;
        const auto before = on_record(world);
        REQUIRE(before.size() > 150);
        const Instant from = before[50].time, to = before[100].time;
        const std::string span =
            fmt::format(R"("from":"{}","to":"{}")", to_rfc3339(from), to_rfc3339(to));
        auto counted = api::parse_forget_answer(
            asked.post("/v1/forget", "{" + span + R"(,"queued":false,"for_good":false})").body);
        REQUIRE(counted);
        CHECK_FALSE(counted->done);
        CHECK(counted->track == 50);
        CHECK(on_record(world).size() == before.size());
        auto done = api::parse_forget_answer(
            asked.post("/v1/forget", "{" + span + R"(,"queued":false,"for_good":true})").body);
        REQUIRE(done);
        CHECK(done->done);
        CHECK(done->track == 50);
        CHECK(done->left.empty());
        for (const auto& point : on_record(world)) {
            const bool gone = from <= point.time && point.time < to;
            CHECK_FALSE(gone);
        }
        const auto left = on_record(world).size();
        CHECK(left >= before.size() - 50);  // and what was still being judged
        const offline::Audit audit = world.audit();
        CHECK(audit.balances());
        CHECK(audit.forgotten == 50);
        CHECK(world.agent->verify()->holds());
    }

    TEST_CASE("positions owed to the office stay, unless they are to be forgotten, too") {
        Offline asked;
        World& world = asked.world;
        const auto owed = world.store->outbox().size(offline::Lane::pings);
        REQUIRE(owed > 0);
        auto answer = api::parse_forget_answer(
            asked.post("/v1/forget", R"({"queued":false,"for_good":true})").body);
        REQUIRE(answer);
        CHECK(answer->kept_queued);
        CHECK(answer->queued >= owed);
        CHECK(on_record(world).empty());
        const auto kept = world.store->outbox().size(offline::Lane::pings);
        CHECK(kept == answer->queued);
        answer = api::parse_forget_answer(
            asked.post("/v1/forget", R"({"queued":true,"for_good":true})").body);
        REQUIRE(answer);
        CHECK(answer->queued == kept);
        CHECK(world.store->outbox().size(offline::Lane::pings) == 0);
        const offline::Audit audit = world.audit();
        CHECK(audit.balances());
        CHECK(audit.of(offline::Lane::pings).by(offline::Cause::discarded) == kept);
        CHECK(world.agent->verify()->holds());
        world.drive(1min);  // and so it stays
        CHECK(world.audit().balances());
        CHECK(world.agent->verify()->holds());
    }

    TEST_CASE("of what was forgotten nothing is left in the file or its log") {
        const TemporaryDirectory directory;
        std::vector<gps::Fix> fixes;
        {
            World world(store_in(directory));
            world.office.mood = [] { return Error(Fault::unreachable, "no signal"); };
            world.start();
            for (double metres = 0; metres < 9000; metres += 15) {
                fixes.push_back(say_north(world, metres));
            }
            api::ForgetRequest request;
            request.from = fixes[100].time;
            request.to = fixes[500].time;
            request.queued = request.for_good = true;
            const auto answer = world.agent->forget(request);
            REQUIRE(answer);
            CHECK(answer->track == 400);
            CHECK(answer->left.empty());
            const std::string files =
                content(directory.file("a.db")) + content(directory.file("a.db-wal"));
            int kept = 0;
            for (std::size_t i = 0; i < 500; ++i) {
                CAPTURE(i);
                bool there = false;
                for (const auto& trace : traces_of(fixes[i])) {
                    there = there || files.find(trace) != files.npos;
                }
                CHECK_FALSE((i >= 100 && there));
                if (there) ++kept;
            }
            CHECK(kept > 90);  // but for those that lie across two pages
        }
        const auto store = store_in(directory);
        CHECK(store->audit()->balances());
        CHECK(store->verify()->holds());
    }

    TEST_CASE("the report tells what is held, without a place unless it is asked for") {
        World world(memory_store(), with_home(-5000, 300));
        world.start();
        world.drive(2min);
        auto report = world.agent->privacy_report(agent::Agent::Places::left_out);
        REQUIRE(report);
        REQUIRE(report->zones.size() == 1);
        CHECK_FALSE(report->zones[0].latitude);
        REQUIRE(!report->holds.empty());
        CHECK(report->holds[0].what == "track");
        CHECK(report->holds[0].count > 100);
        CHECK(report->holds[0].first);
        CHECK(report->not_kept == 2);
        CHECK(api::to_json(*report).find("37.35") == std::string::npos);
        report = world.agent->privacy_report(agent::Agent::Places::told);
        REQUIRE(report);
        CHECK(report->zones[0].latitude);
    }
}
