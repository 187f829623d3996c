#pragma once
// A device and an office that do what a test has them do, honestly unless it says otherwise, and a
// witness that is told of it.

#include "client/api/local.hpp"
#include "client/fleet/ping_witness.hpp"
#include "client/office/migrations.hpp"
#include "gps/judge.hpp"
#include "offline/migrations.hpp"
#include "tests/support/result.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/support/virtual_clock.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <functional>
#include <set>

namespace outrider::test {

using Sequences = std::vector<std::int64_t>;

class Story {
public:
    explicit Story(gps::CadenceSettings cadence = {}) {
        settings_.cadence = cadence;
        destination.origin = *net::parse_origin("https://office.example");
        destination.unit_id = "van-7";
        destination.unit_name = "Van 7";
        fleet::PingRules rules;
        rules.unit_id = destination.unit_id;
        rules.unit_name = destination.unit_name;
        witness.emplace(clock, rules);
        database_ = *office::open_database(":memory:");
        archive.emplace(*database_);
        open();
    }

    // Reads its database, which is as the disk has it.
    void open() {
        offline::StoreOptions options;
        options.database.path = directory_.file("store.db");
        options.database.durability = offline::Durability::off;
        auto opened = offline::Store::open(options);
        REQUIRE(opened);
        store = std::move(*opened);
        judge.emplace(settings_);
        commit([&]() -> Result<> {
            destination_ = *store->outbox().destination(encode(destination));
            return {};
        });
        look();
    }
    void crash() {
        store.reset();
        witness->crashed();
        open();
    }
    // Between two runs somebody has changed the file.
    void crash_and(const std::string& sql) {
        store.reset();
        witness->crashed();
        {
            offline::DatabaseOptions options;
            options.path = directory_.file("store.db");
            auto file = offline::Database::open(options, offline::store_migrations());
            REQUIRE(file);
            REQUIRE(file->execute(sql.c_str()));
        }
        open();
    }
    void save() {
        store.reset();
        std::filesystem::copy_file(directory_.file("store.db"), directory_.file("saved.db"));
        open();
    }
    void go_back_to_saved() {
        store.reset();
        witness->crashed();
        std::filesystem::remove(directory_.file("store.db-wal"));
        std::filesystem::rename(directory_.file("saved.db"), directory_.file("store.db"));
        open();
    }

    void commit(const std::function<Result<>()>& work) {
        REQUIRE(store->commit(clock.now(), work));
    }
    void commit() { REQUIRE(store->commit(clock.now())); }
    void look() {
        if (looks) witness->look_at(*store);
    }

    // The receiver, once a second: along a winding road, at 12 m/s.
    gps::Fix next_fix() {
        clock.run_for(std::chrono::seconds(1));
        const double course = 2 * std::sin(++seconds_ / 20.0);  // radians
        north_m_ += 12 * std::cos(course);
        east_m_ += 12 * std::sin(course);
        gps::Fix fix;
        fix.mode = gps::Mode::three_d;
        fix.time = clock.now() - wrong_by;
        fix.seen = clock.uptime();
        fix.latitude = 47.6 + north_m_ / 111'195;
        fix.longitude = -122.3 + east_m_ / 75'000;
        fix.speed_mps = 12.04;
        fix.track_deg = std::fmod(course * 57.29578 + 360, 360);
        fix.satellites_used = 9;
        fix.accuracy_m = 4;
        return fix;
    }
    enum class Shift { on, off };
    void drive(int seconds, Shift shift = Shift::on) {
        for (int i = 0; i < seconds; ++i) take(next_fix(), shift);
    }
    void take(const gps::Fix& fix, Shift shift = Shift::on) {
        witness->reported(fix, shift == Shift::on);
        std::vector<gps::Judged> judged;
        if (shift == Shift::off) {
            judge->part(judged);
            settle(judged);
            store->ledger().count("captured");
            store->ledger().count("not_reported:private");
        } else {
            judge->add(fix, clock.now(), judged);
            settle(judged);
        }
        if (seconds_ % 60 == 0) commit();
        look();
    }
    void finish() {
        std::vector<gps::Judged> judged;
        judge->finish(judged);
        settle(judged);
        commit();
        look();
    }
    void settle(const std::vector<gps::Judged>& judged) {
        for (const gps::Judged& one : judged) {
            if (one.judgement.verdict == gps::Verdict::reported) {
                report(one);
                continue;
            }
            store->ledger().count("captured");
            std::string account = "not_reported:";
            store->ledger().count(account += gps::name(one.judgement.verdict));
            record(one, {});
        }
    }
    void report(const gps::Judged& one) {
        api::Ping ping = api::Ping::of(one.fix, store->ledger().balance("accepted:pings") == 0);
        if (appointment != 0) {
            ping.under_way = api::Ping::Context{appointment, dispatch::Status::working};
        }
        record(one, add(ping));
    }
    std::int64_t add(const api::Ping& ping) {
        std::int64_t sequence = 0;
        commit([&]() -> Result<> {
            const auto added =
                store->outbox().add(offline::Lane::pings, ping.time, destination_, encode(ping));
            if (!added) return added.error();
            sequence = *added;
            store->ledger().count("captured");
            return {};
        });
        return sequence;
    }
    void record(const gps::Judged& one, std::optional<std::int64_t> sequence) {
        api::TrackPoint point;
        point.time = one.fix.time.value_or(clock.now());
        point.latitude = one.fix.latitude;
        point.longitude = one.fix.longitude;
        point.judgement = one.judgement;
        point.sequence = sequence;
        store->journal().append(point.time, encode(point));
    }

    Sequences waiting(std::size_t limit) {
        Sequences found;
        for (const auto& one : *store->outbox().from(offline::Lane::pings, 0, limit)) {
            found.push_back(one.sequence);
        }
        return found;
    }
    std::string body_of(const Sequences& sequences) {
        std::string body = "[";
        for (const std::int64_t sequence : sequences) {
            const auto found = *store->outbox().from(offline::Lane::pings, sequence, 1);
            REQUIRE(found.size() == 1);
            if (body.size() > 1) body += ',';
            api::append_json(body, *api::decode_ping(found[0].body), destination, id_of(sequence));
        }
        return body += ']';
    }
    std::string id_of(std::int64_t sequence) {
        return api::external_id(store->identity(), sequence);
    }
    // Its answer; it fails those in `bad`.
    std::string office_takes(const std::string& body, const std::set<std::int64_t>& bad = {}) {
        auto parsed = office::parse_gps_pings(body);
        const auto& pings = std::get<std::vector<office::ReceivedPing>>(parsed);
        std::vector<std::string> refusals;
        std::string answer = "[";
        for (const auto& ping : pings) {
            const auto sequence = api::sequence_of(ping.external_id, store->identity());
            const bool fails = sequence && bad.contains(*sequence);
            refusals.emplace_back(fails ? "no" : "");
            if (answer.size() > 1) answer += ", ";
            answer += "{\"externalId\":\"" + ping.external_id + "\",\"status\":\"" +
                      (fails ? "Fail" : "Success") + "\",\"message\":\"\"}";
        }
        REQUIRE(archive->keep(pings, refusals, clock.now()));
        return answer += ']';
    }
    void delivered(const Sequences& sequences) {
        commit(
            [&] { return store->outbox().deliver(offline::Lane::pings, sequences, clock.now()); });
        look();
    }
    void buried(std::int64_t sequence) {
        commit([&] {
            return store->outbox().bury(offline::Lane::pings, sequence, "no", clock.now());
        });
        look();
    }
    void send(const Sequences& sequences) { send_as(sequences, body_of(sequences)); }
    fleet::PingWitness::Attempt leave(const std::string& body) {
        const auto attempt = witness->leaves(body);
        look();
        return attempt;
    }
    void send_as(const Sequences& sequences, const std::string& body) {
        const auto attempt = leave(body);
        witness->answered(attempt, 200, office_takes(body), fleet::Reached::yes);
        delivered(sequences);
    }
    void drain() {
        while (store->outbox().size(offline::Lane::pings) > 0) send(waiting(100));
    }
    const std::string& look_back() {
        witness->look_back(*store, *archive);
        return witness->complaint();
    }

    VirtualClock clock;
    std::optional<fleet::PingWitness> witness;
    std::unique_ptr<offline::Store> store;
    std::optional<office::Archive> archive;
    std::optional<gps::Judge> judge;
    api::Destination destination;
    Duration wrong_by{};  // the receiver's time
    bool looks = true;    // after each event
    dispatch::Id appointment = 0;

private:
    TemporaryDirectory directory_;
    std::unique_ptr<offline::Database> database_;
    gps::JudgeSettings settings_;
    std::int64_t destination_ = 0;
    int seconds_ = 0;
    double north_m_ = 0, east_m_ = 0;
};

}  // namespace outrider::test
