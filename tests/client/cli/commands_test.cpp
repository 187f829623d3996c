#include "client/cli/commands.hpp"

#include "client/cli/agent_time.hpp"
#include "client/cli/audit.hpp"
#include "client/cli/exit_code.hpp"
#include "client/cli/tail.hpp"
#include "tests/client/cli/one_answer.hpp"
#include "tests/client/cli/points.hpp"
#include "tests/support/result.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/support/virtual_clock.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

using namespace outrider;
using namespace outrider::cli;
using namespace outrider::test;

namespace {

Error silence() { return Error(Fault::unreachable, "no such file"); }

api::Status healthy() {
    api::Status status;
    status.version = "0.1.0";
    status.gps.state = "fix";
    return status;
}

std::string track() {
    return api::to_json(test::ping(0, 1)) + "\n" + api::to_json(test::point(1)) + "\n";
}

}  // namespace

TEST_CASE("status exits with what the agent's health is") {
    auto status_now = healthy();
    for (const auto& [health, code] : {std::pair{api::Status::Health::ok, exit_ok},
                                       {api::Status::Health::degraded, exit_degraded},
                                       {api::Status::Health::down, exit_down}}) {
        status_now.health = health;
        Bench bench(api::to_json(status_now));
        CHECK(bench.clock.run(status(bench.context, bench.link, {})) == code);
        CHECK(bench.client->asked == "/v1/status");
        CHECK(bench.out.find("GPS        position known") != std::string::npos);
    }
}

TEST_CASE("status in JSON is the agent's own, unchanged") {
    const std::string json = api::to_json(healthy());
    for (const std::string end : {"", "\n"}) {
        Bench bench(json + end);
        StatusCommand command;
        command.form = Form::json;
        CHECK(bench.clock.run(status(bench.context, bench.link, command)) == exit_ok);
        CHECK(bench.out == json + "\n");
    }
}

TEST_CASE("an agent that does not answer is down, and status says how to start it") {
    Bench bench{Result<http::Response>(silence())};
    CHECK(bench.clock.run(status(bench.context, bench.link, {})) == exit_down);
    CHECK(bench.out ==
          "Not working: no agent answers at /run/outrider/outrider.sock: start it with `systemctl "
          "start outrider` (no such file)\n"
          "  Why did it stop?       journalctl -u outrider -e\n"
          "  Does it run elsewhere? outrider status --socket PATH\n");
    bench.out.clear();
    StatusCommand command;
    command.form = Form::json;
    CHECK(bench.clock.run(status(bench.context, bench.link, command)) == exit_down);
    const auto parsed = api::parse_status(bench.out);
    REQUIRE(parsed);
    CHECK(parsed->health == api::Status::Health::down);
    CHECK(parsed->reasons.size() == 1);
}

TEST_CASE("somebody who may not ask the agent is told how to be allowed to") {
    Bench bench{Result<http::Response>(Error(Fault::unreachable, "connect: Permission denied"))};
    CHECK(bench.clock.run(audit(bench.context, bench.link, {})) == exit_unavailable);
    CHECK(bench.err.find("join its group") != std::string::npos);
}

TEST_CASE("an agent that stops in the middle of an answer has gone away") {
    Error broken(Fault::unreachable, "the connection ended");
    broken.ambiguous = true;
    Bench bench{Result<http::Response>(broken)};
    CHECK(bench.clock.run(tail(bench.context, bench.link, {})) == exit_unavailable);
    CHECK(bench.err.find("it hangs or has ended: see why with `journalctl -u outrider -e`") !=
          std::string::npos);
}

TEST_CASE("an agent that answers nonsense, or an error, is down too") {
    for (auto answer :
         {Bench::response(200, "<html>"), Bench::response(500, "{\"error\":\"no\"}")}) {
        Bench bench{Result<http::Response>(answer)};
        CHECK(bench.clock.run(status(bench.context, bench.link, {})) == exit_down);
        CHECK(bench.out.find("Not working") == 0);
    }
}

TEST_CASE("status that cannot be written is an error of input and output") {
    Bench bench(api::to_json(healthy()));
    bench.can_write = Error(Fault::storage, "disk full");
    CHECK(bench.clock.run(status(bench.context, bench.link, {})) == exit_io);
    CHECK(bench.err == "outrider: disk full\n");
}

TEST_CASE("watching asks again every second and ends with the output") {
    Bench bench(api::to_json(healthy()));
    int screens = 0;
    const Console counting{[&](std::string_view text) -> Result<> {
                               CHECK(text.starts_with(screens == 0 ? "\x1b[2J\x1b[H" : "\x1b[H"));
                               if (++screens == 5) return Error(Fault::storage, "closed");
                               return {};
                           },
                           [](std::string_view) {}, Style{}, true};
    Context context{bench.clock.executor(), bench.clock, counting, bench.around};
    StatusCommand command;
    command.watch = true;
    const Uptime began = bench.clock.uptime();
    CHECK(bench.clock.run(status(context, bench.link, command)) == exit_io);
    CHECK(screens == 5);
    CHECK(bench.clock.uptime() - began == std::chrono::seconds(4));
}

TEST_CASE("audit fails when the books do not balance, or nobody answers") {
    offline::Audit books;
    books.captured = 1;
    books.not_reported["held"] = 1;
    Bench good(api::to_json(books));
    CHECK(good.clock.run(audit(good.context, good.link, {})) == exit_ok);
    CHECK(good.out == render(books, Style{}));

    books.captured = 2;
    Bench bad(api::to_json(books));
    AuditCommand command;
    command.form = Form::json;
    CHECK(bad.clock.run(audit(bad.context, bad.link, command)) == exit_unbalanced);
    CHECK(bad.out == api::with_coverage(api::to_json(books), {}) + "\n");

    Bench silent{Result<http::Response>(silence())};
    CHECK(silent.clock.run(audit(silent.context, silent.link, {})) == exit_unavailable);
    CHECK(silent.err.find("outrider: no agent answers") == 0);

    Bench nonsense("[]");
    CHECK(nonsense.clock.run(audit(nonsense.context, nonsense.link, {})) == exit_software);
}

TEST_CASE("the audit shows what the agent has tracked, day by day") {
    api::Coverage day;
    day.from = test::at(0);
    day.expected_min = day.covered_min = 60;
    day.share = 1;
    Bench bench(api::with_coverage(api::to_json(offline::Audit()), {day}));
    CHECK(bench.clock.run(audit(bench.context, bench.link, {})) == exit_ok);
    CHECK(bench.out.ends_with("(UTC)\n  2026-11-21  100.0 % of 60 min\n"));
    AuditCommand command;
    command.form = Form::json;
    Bench again(api::with_coverage(api::to_json(offline::Audit()), {day}));
    CHECK(again.clock.run(audit(again.context, again.link, command)) == exit_ok);
    const auto days = api::parse_coverage(again.out);
    REQUIRE(days);
    CHECK(api::with_coverage("{}", *days) == api::with_coverage("{}", {day}));
}

TEST_CASE("without an agent the database itself can be audited") {
    Bench silent{Result<http::Response>(silence())};
    CHECK(silent.clock.run(audit(silent.context, silent.link, {})) == exit_unavailable);
    CHECK(silent.err.ends_with(
        "\nWithout an agent: outrider audit --database /var/lib/outrider/outrider.db\n"));

    test::TemporaryDirectory directory;
    AuditCommand command;
    command.verify = true;
    command.database = directory.file("outrider.db");
    Bench missing(std::string{});
    CHECK(missing.clock.run(run(missing.context, command)) == exit_io);
    CHECK(missing.err.find("is no file") != std::string::npos);
    CHECK_FALSE(std::filesystem::exists(command.database));

    offline::StoreOptions options;
    options.database.path = command.database;
    auto store = offline::Store::open(options);
    REQUIRE(store);
    const auto now = missing.clock.now();
    Result<> written = (*store)->commit(now, [&]() -> Result<> {
        const auto to = (*store)->outbox().destination("a");
        if (!to) return to.error();
        (*store)->ledger().count("captured");
        (*store)->notebook().lay_by("coverage 2026-11-21", "1 60+15d1365.", now);
        const auto added = (*store)->outbox().add(offline::Lane::pings, now, *to, "body");
        return added ? Result<>() : Result<>(added.error());
    });
    REQUIRE(written);
    Bench held(std::string{});
    CHECK(held.clock.run(run(held.context, command)) == exit_io);
    CHECK(held.err.find(command.database) != std::string::npos);

    store->reset();
    Bench alone(std::string{});
    CHECK(alone.clock.run(run(alone.context, command)) == exit_ok);
    CHECK(alone.out.find("The books balance") != std::string::npos);
    CHECK(alone.out.find("The chain holds") != std::string::npos);
    CHECK(
        alone.out.ends_with("  2026-11-21  80.0 % of 75 min\n"
                            "    01:00 to 01:15       15 min  no device\n"));
    CHECK(alone.client->asked == "");
}

TEST_CASE("a record that was changed on the disk breaks the chain, and audit says so") {
    test::TemporaryDirectory directory;
    AuditCommand command;
    command.verify = true;
    command.form = Form::json;
    command.database = directory.file("outrider.db");
    const auto now = *parse_rfc3339("2026-11-21T06:30:00Z");
    {
        offline::StoreOptions options;
        options.database.path = command.database;
        auto store = offline::Store::open(options);
        REQUIRE(store);
        Result<> written = (*store)->commit(now, [&]() -> Result<> {
            const auto to = (*store)->outbox().destination("a");
            if (!to) return to.error();
            (*store)->ledger().count("captured");
            const auto added =
                (*store)->outbox().add(offline::Lane::pings, now, *to, "the true body");
            return added ? Result<>() : Result<>(added.error());
        });
        REQUIRE(written);
    }
    std::stringstream text;
    text << std::ifstream(command.database, std::ios::binary).rdbuf();
    std::string bytes = text.str();
    const auto body = bytes.find("the true body");
    REQUIRE(body != std::string::npos);
    bytes.replace(body, 13, "a forged body");
    std::ofstream(command.database, std::ios::binary) << bytes;
    Bench bench(std::string{});
    CHECK(bench.clock.run(run(bench.context, command)) == exit_unbalanced);
    CHECK(bench.out.find(
              R"("custody":{"proven":0,"receipted":0,"unproven":0,"discrepancies":["pings 1)") !=
          std::string::npos);
}

TEST_CASE("tail says how many lines were lost to a slow terminal") {
    Bench bench(api::lost_lines_json(1200) + "\n" + track());
    CHECK(bench.clock.run(tail(bench.context, bench.link, {})) == exit_unavailable);
    CHECK(bench.out.starts_with("1,200 lines lost here: they came faster than they were read\n"));
    CHECK(bench.out.ends_with(render(test::point(1), Style{})));
}

TEST_CASE("a judged fix is a line with its reason") {
    CHECK(render(test::ping(7, 1), Style{})
              .find("14:00:07Z  37.40049 -122.09944  10.5 m/s  reported") == 0);
    auto nowhere = test::point(8, gps::Verdict::no_fix);
    nowhere.latitude = std::numeric_limits<double>::quiet_NaN();
    nowhere.speed_mps.reset();
    CHECK(render(nowhere, Style{}).find("14:00:08Z          no position         -  ") == 0);
}

TEST_CASE("tail prints each fix as it comes, and says when the agent has gone") {
    Bench bench(track());
    CHECK(bench.clock.run(tail(bench.context, bench.link, {})) == exit_unavailable);
    CHECK(bench.client->asked == "/v1/tail");
    CHECK(bench.out == render(test::ping(0, 1), Style{}) + render(test::point(1), Style{}));
    CHECK(bench.err == "outrider: the agent has stopped\n");

    Bench raw(track());
    TailCommand command;
    command.form = Form::json;
    CHECK(raw.clock.run(tail(raw.context, raw.link, command)) == exit_unavailable);
    CHECK(raw.out == track());
}

TEST_CASE("a line that is none of ours, cut short or endless ends the stream with an error") {
    Bench nonsense("{}\n");
    CHECK(nonsense.clock.run(tail(nonsense.context, nonsense.link, {})) == exit_software);
    Bench cut(track() + "{\"time\"");
    CHECK(cut.clock.run(tail(cut.context, cut.link, {})) == exit_software);
    CHECK(cut.err.find("in the middle of a line") != std::string::npos);
    Bench endless(std::string(70'000, 'x'));
    CHECK(endless.clock.run(tail(endless.context, endless.link, {})) == exit_software);
    CHECK(endless.err.find("64 KiB") != std::string::npos);
}

TEST_CASE("an export asks for its time and writes its file") {
    test::TemporaryDirectory directory;
    Bench bench(track());  // it is 2026-11-21T06:30Z
    ExportCommand command;
    command.format = ExportFormat::csv;
    command.from = "yesterday";
    command.to = "2026-11-21T05";
    command.output = directory.file("track.csv");
    CHECK(bench.clock.run(export_track(bench.context, bench.link, command)) == exit_ok);
    CHECK(bench.client->asked ==
          "/v1/track?from=2026-11-20T00%3A00%3A00.000Z&to=2026-11-21T06%3A00%3A00.000Z");
    CHECK(bench.out == "");
    std::ifstream file(command.output);
    std::stringstream text;
    text << file.rdbuf();
    CHECK(text.str().find("2026-11-21T14:00:01.000Z,") != std::string::npos);
}

TEST_CASE("how long ago something was is reckoned by the agent's time, if it tells") {
    api::Status status;
    status.now = *parse_rfc3339("2026-11-21T06:30:00.000Z");
    Bench bench(api::to_json(status));
    bench.clock.jump(std::chrono::hours(24 * 3652));
    CHECK(bench.clock.run(time_by_agent(bench.context, bench.link)) == status.now);
    Bench silent(track());
    CHECK(silent.clock.run(time_by_agent(silent.context, silent.link)) == silent.clock.now());
}

TEST_CASE("every format can go to standard output") {
    for (const auto& [format, begin] : {std::pair{ExportFormat::gpx, "<?xml"},
                                        {ExportFormat::geojson, "{"},
                                        {ExportFormat::csv, "time,"},
                                        {ExportFormat::svg, "<svg"}}) {
        Bench bench(track());
        ExportCommand command;
        command.format = format;
        CHECK(bench.clock.run(export_track(bench.context, bench.link, command)) == exit_ok);
        CHECK(bench.out.starts_with(begin));
    }
}

TEST_CASE("an export that cannot be is refused before anybody is asked") {
    for (const auto& [from, to] : {std::pair{"soon", "now"}, {"6h", "never"}, {"1h", "2h"}}) {
        Bench bench(track());
        ExportCommand command;
        command.from = from;
        command.to = to;
        CHECK(bench.clock.run(export_track(bench.context, bench.link, command)) == exit_usage);
        CHECK(bench.client->asked == "");
        CHECK(bench.err.find("outrider: --") == 0);
    }
}

TEST_CASE("an export without fixes says so, and one that cannot be saved fails") {
    Bench empty("");
    CHECK(empty.clock.run(export_track(empty.context, empty.link, {})) == exit_ok);
    CHECK(empty.err == "outrider: no fixes in that time: try a longer --from\n");
    Bench bench(track());
    ExportCommand command;
    command.output = "/no/such/folder/track.gpx";
    CHECK(bench.clock.run(export_track(bench.context, bench.link, command)) == exit_io);
}

TEST_CASE("problems of configuration exit with 78, mistaken flags with 64") {
    Bench bench(std::string{});
    CHECK(complain(bench.console, {{Place{"o.toml", 1, 2}, "gps.port", "is wrong"}}) ==
          exit_configuration);
    CHECK(bench.err == "o.toml:1:2: gps.port: is wrong\n");
    CHECK(complain(bench.console, {{Place{command_line}, "listen", "is wrong"}}) == exit_usage);
}
