#include "client/fleet/load.hpp"

#include "platform/log.hpp"
#include "tests/client/fleet/scripted_way.hpp"
#include "tests/support/temporary_directory.hpp"

#include <doctest/doctest.h>

namespace outrider::fleet {
namespace {

using namespace std::chrono_literals;

struct Quiet {
    Quiet() { set_log_level(Level::error); }
    ~Quiet() { set_log_level(Level::info); }
};

LoadOptions one_a_second(std::int64_t technicians) {
    LoadOptions options;
    options.technicians = technicians;
    options.interval = 1s;
    options.duration = 60s;
    options.connections = 4;
    options.seed = 7;
    return options;
}

struct Run {
    explicit Run(LoadOptions given) : options(std::move(given)) {}
    Result<Figures> operator()() {
        const Way way = end.way();
        const Progress progress = [this](std::string_view line) { lines.emplace_back(line); };
        return clock.run(load(clock.executor(), clock, options, way, progress, *stop));
    }
    Quiet quiet;
    LoadOptions options;
    test::VirtualClock clock;
    test::ScriptedEnd end{clock};
    std::unique_ptr<Alarm> stop = clock.alarm();
    std::vector<std::string> lines;
};

std::size_t received(const test::ScriptedEnd& end) {
    std::size_t count = 0;
    for (const auto& [unit, bodies] : end.got) count += bodies.size();
    return count;
}

TEST_CASE("every fix of the interval is a ping, and all are at the office in time") {
    Run run(one_a_second(40));
    const auto figures = run();
    REQUIRE(figures);
    CHECK(figures->count("technicians") == 40);
    CHECK(figures->count("captured") == 40 * 60);
    CHECK(figures->count("reported") == 40 * 60);
    CHECK(figures->count("accepted") == 40 * 60);
    CHECK(received(run.end) == 40 * 60);
    CHECK(run.end.got.size() == 40);
    for (const char* none : {"lost", "late", "late_handed", "unmade", "undelivered", "retries",
                             "doubtful", "dead_letters", "interrupted"}) {
        CAPTURE(none);
        CHECK(figures->count(none) == 0);
    }
    CHECK(run.end.ahead_of_time == 0);
    CHECK(run.end.most_units > 4);  // of ten in a queue
    CHECK(figures->count("requests") == run.end.requests);
    CHECK(figures->histograms.at("late_us").most() < 2'000'000);
    CHECK(figures->histograms.at("handed_us").most() <= 60'000);
    CHECK(figures->histograms.at("latency_us").at(500'000) >= 79'000);
    CHECK(run.lines.size() >= 60);
}

TEST_CASE("a technician's pings come in their order and do not hang on how a fleet is divided") {
    Run whole(one_a_second(12));
    REQUIRE(whole());
    std::map<std::string, std::vector<std::string>> parts;
    for (const std::int64_t first : {0, 5}) {
        LoadOptions options = one_a_second(12);
        options.share = first == 0 ? Range{0, 5} : Range{5, 12};
        options.connections = 3;
        Run part(options);
        const auto figures = part();
        REQUIRE(figures);
        CHECK(figures->count("technicians") == (first == 0 ? 5 : 7));
        parts.insert(part.end.got.begin(), part.end.got.end());
    }
    CHECK(parts == whole.end.got);
    for (const auto& [unit, bodies] : parts) {
        Instant before{};
        for (const std::string& body : bodies) {
            const auto ping = api::decode_ping(body);
            REQUIRE(ping);
            CHECK(ping->time > before);
            CHECK(ping->is_new == (before == Instant{}));
            before = ping->time;
        }
    }
}

TEST_CASE("without an interval they report as agents do") {
    LoadOptions options = one_a_second(20);
    options.interval.reset();
    options.duration = 4min;
    Run run(options);
    const auto figures = run();
    REQUIRE(figures);
    CHECK(figures->count("captured") == 20 * 240);
    CHECK(figures->count("reported") > 20);
    CHECK(figures->count("reported") < 20 * 240 / 4);
    CHECK(figures->count("accepted") == figures->count("reported"));
    CHECK(figures->count("lost") == 0);
}

TEST_CASE("without an interval they work by day, and by night nothing is captured") {
    LoadOptions options = one_a_second(20);
    options.interval.reset();
    options.duration = 48h;
    options.tick = 1s;
    Run run(options);
    run.options.connections = 2;
    const Uptime start = run.clock.uptime();
    std::vector<int> requests(48);
    run.end.mood = [&]() -> std::optional<Error> {
        ++requests.at(static_cast<std::size_t>((run.clock.uptime() - start) / 1h));
        return std::nullopt;
    };
    const auto figures = run();
    REQUIRE(figures);
    for (const std::size_t hour : {0U, 4U, 7U, 24U, 28U, 31U}) CHECK(requests.at(hour) > 0);
    for (const std::size_t hour : {11U, 17U, 23U, 35U, 47U}) CHECK(requests.at(hour) == 0);
    const std::int64_t worked = 20 * 2 * 3600;  // technicians' seconds, of each hour of a shift
    CHECK(figures->count("captured") > 2 * worked);
    CHECK(figures->count("captured") < 6 * worked);
    CHECK(figures->count("accepted") == figures->count("reported"));
    for (const char* none : {"lost", "late", "unmade", "undelivered"}) {
        CAPTURE(none);
        CHECK(figures->count(none) == 0);
    }
}

TEST_CASE("nobody's share of a fleet plays nobody") {
    LoadOptions options = one_a_second(3);
    options.share = Range{2, 2};
    CHECK(check(options));
    Run run(options);
    const auto figures = run();
    REQUIRE(figures);
    CHECK(figures->count("technicians") == 0);
    CHECK(figures->count("reported") == 0);
    CHECK(run.end.requests == 0);
    const auto alone = run_load(options, nullptr);  // at an office that is not there
    REQUIRE(alone);
    CHECK(alone->counts.empty());
}

TEST_CASE("what waits in memory at the end is told as undelivered, and in files as waiting") {
    const test::TemporaryDirectory folder;
    for (const bool in_files : {false, true}) {
        LoadOptions options = one_a_second(20);
        if (in_files) options.state = folder.path();
        Run run(options);
        const Uptime out = run.clock.uptime() + 30s;
        run.end.mood = [&]() -> std::optional<Error> {
            if (run.clock.uptime() < out) return std::nullopt;
            return Error(Fault::unreachable, "503");
        };
        const auto figures = run();
        REQUIRE(figures);
        CHECK(figures->count(in_files ? "waiting" : "undelivered") > 500);
        CHECK(figures->count(in_files ? "undelivered" : "waiting") == 0);
        CHECK(figures->count("lost") == 0);
    }
}

TEST_CASE("ten times as fast there are ten times the pings, and none is of the future") {
    LoadOptions options = one_a_second(10);
    options.speed = 10;
    options.duration = 30s;
    Run run(options);
    const auto figures = run();
    REQUIRE(figures);
    CHECK(figures->count("reported") == 10 * 300);
    CHECK(figures->count("accepted") == 10 * 300);
    CHECK(figures->count("late") == 0);
    CHECK(run.end.ahead_of_time == 0);
}

TEST_CASE("an office that takes its time makes pings late, and loses none") {
    Run run(one_a_second(20));
    run.end.latency = 3s;
    const auto figures = run();
    REQUIRE(figures);
    CHECK(figures->count("late") > 1000);
    CHECK(figures->count("late_handed") == 0);
    CHECK(figures->count("accepted") == 20 * 60);
    CHECK(figures->count("lost") == 0);
    CHECK(figures->peaks.at("age_s").values().size() > 30);
}

TEST_CASE("an outage costs time and no ping") {
    Run run(one_a_second(20));
    const Uptime out = run.clock.uptime() + 10s, back = out + 10s;
    run.end.mood = [&]() -> std::optional<Error> {
        const Uptime now = run.clock.uptime();
        if (now < out || now > back) return std::nullopt;
        return Error(Fault::unreachable, "503");
    };
    const auto figures = run();
    REQUIRE(figures);
    CHECK(figures->count("retries") > 0);
    CHECK(figures->count("late") > 100);
    CHECK(figures->count("accepted") == 20 * 60);
    CHECK(figures->count("lost") == 0);
    CHECK(figures->count("doubtful") == 0);
}

TEST_CASE("pings of an answer that got lost are in doubt, and sent again") {
    Run run(one_a_second(20));
    run.end.mood = [&]() -> std::optional<Error> {
        if (run.end.requests % 10 != 0) return std::nullopt;
        Error error(Fault::unreachable, "the answer was lost");
        error.ambiguous = true;
        return error;
    };
    const auto figures = run();
    REQUIRE(figures);
    CHECK(figures->count("doubtful") > 0);
    CHECK(run.end.duplicates == figures->count("doubtful"));
    CHECK(received(run.end) == 20 * 60);
    CHECK(figures->count("lost") == 0);
}

TEST_CASE("pings the office refuses are dead letters and not lost") {
    Run run(one_a_second(20));
    run.end.refuses = [](const std::string& unit) { return unit == "fleet-3"; };
    const auto figures = run();
    REQUIRE(figures);
    CHECK(figures->count("dead_letters") == 60);
    CHECK(figures->count("accepted") == 19 * 60);
    CHECK(figures->count("lost") == 0);
}

TEST_CASE("an endpoint that takes nothing ends the load, with its words") {
    const Error errors[] = {Error(Fault::unauthorised, "401: not you"),
                            Error(Fault::refused, "400: not so"),
                            Error(Fault::unreachable, "nobody is there")};
    for (const Error& error : errors) {
        CAPTURE(error.detail);
        LoadOptions options = one_a_second(20);
        options.duration = 1h;
        Run run(options);
        run.end.mood = [&] { return std::optional(error); };
        const auto figures = run();
        REQUIRE_FALSE(figures);
        CHECK(figures.error().fault == error.fault);
        CHECK(figures.error().detail.find(error.detail) != std::string::npos);
        CHECK(figures.error().detail.find("--tenant") != std::string::npos);
        // Patience is for those who may come back. Time began an hour after boot.
        const Duration patience = error.fault == Fault::unreachable ? Duration(1min) : Duration(5s);
        CHECK(run.clock.uptime().time_since_epoch() < 1h + patience);
    }
}

// After half a minute.
Async<> ring_soon(Clock& clock, Alarm& stop) {
    const auto alarm = clock.alarm();
    Result<> slept = co_await alarm->sleep(30s + 300ms);
    if (slept) stop.ring();
}

Figures told_to_end(Run& run) {
    Tasks tasks(run.clock.executor());
    tasks.start(ring_soon(run.clock, *run.stop));
    auto figures = run();
    run.clock.run(tasks.stop());
    REQUIRE(figures);
    CHECK(figures->count("interrupted") == 1);
    return std::move(*figures);
}

TEST_CASE("told to end, it ends with what there is so far") {
    LoadOptions options = one_a_second(20);
    options.duration = 1h;
    Run run(options);
    const Figures figures = told_to_end(run);
    CHECK(figures.count("reported") > 20 * 29);
    CHECK(figures.count("reported") < 20 * 32);
    CHECK(figures.count("reported") + figures.count("unmade") == 20 * 3600);
    CHECK(figures.count("lost") == 0);
    CHECK(run.clock.uptime().time_since_epoch() < 1h + 1min);
}

TEST_CASE("what was planned and not made leaves the nights out") {
    LoadOptions options = one_a_second(20);
    options.interval.reset();
    options.duration = 24h;
    Run run(options);
    const Figures figures = told_to_end(run);
    CHECK(figures.count("captured") >= 20 * 29);
    CHECK(figures.count("unmade") > 20 * 8 * 3600 - 20 * 60);
    CHECK(figures.count("unmade") < 20 * 9.5 * 3600);
}

TEST_CASE("what is impossible is refused before anything is opened") {
    struct Row {
        std::function<void(LoadOptions&)> change;
        const char* words;
    };
    const Row rows[] = {
        {[](LoadOptions& o) { o.technicians = 0; }, "--technicians"},
        {[](LoadOptions& o) { o.technicians = 3'000'000; }, "--technicians"},
        {[](LoadOptions& o) {
             o.share = {100, 90};
         },
         "share"},
        {[](LoadOptions& o) {
             o.share = {90, 101};
         },
         "share"},
        {[](LoadOptions& o) { o.speed = 0; }, "--speed"},
        {[](LoadOptions& o) { o.duration = 0s; }, "--for"},
        {[](LoadOptions& o) { o.speed = 10'000, o.duration = 1h; }, "29 days"},
        {[](LoadOptions& o) { o.interval = 0s; }, "--interval"},
        {[](LoadOptions& o) { o.interval = 10min; }, "--interval"},
        {[](LoadOptions& o) { o.connections = 0; }, "--connections"},
        {[](LoadOptions& o) { o.batch = 0; }, "--batch"},
        {[](LoadOptions& o) { o.endpoint = "office"; }, "office"},
        {[](LoadOptions& o) { o.endpoint = "https://api.servicetitan.io"; },
         "--i-own-this-endpoint"},
        {[](LoadOptions& o) { o.auth = "https://auth.servicetitan.io"; }, "--i-own-this-endpoint"},
        {[](LoadOptions& o) { o.app_key_file = "/nowhere/key"; }, "/nowhere/key"},
    };
    CHECK(check(one_a_second(100)));
    for (const Row& row : rows) {
        CAPTURE(row.words);
        LoadOptions options = one_a_second(100);
        row.change(options);
        const auto checked = check(options);
        REQUIRE_FALSE(checked);
        CHECK(checked.error().detail.find(row.words) != std::string::npos);
    }
    LoadOptions ours = one_a_second(100);
    ours.endpoint = "https://api-integration.servicetitan.io";
    ours.own_this_endpoint = true;
    CHECK(check(ours));
}

}  // namespace
}  // namespace outrider::fleet
