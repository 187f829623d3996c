#include "client/cli/queue.hpp"

#include "client/cli/exit_code.hpp"
#include "tests/support/result.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/support/virtual_clock.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

using namespace outrider;
using namespace outrider::cli;
using namespace std::chrono_literals;

namespace {

using Verb = QueueCommand::Verb;

// An agent that answers each question as it was told to, and notes what it was asked.
class Scripted final : public http::Client {
public:
    std::map<std::string, http::Response> answers;  // by "GET /v1/queue"
    std::vector<std::string> asked, bodies;
    std::function<void(const http::Sink&)> flood;  // instead of an answer's body

    Async<Result<http::Response>> send(http::Request request) override {
        co_return answer(request);
    }
    Async<Result<http::Response>> send(http::Request request, http::Sink sink) override {
        Result<http::Response> found = answer(request);
        if (found && found->status == 200) {
            if (flood) flood(sink);
            const Result<> taken = sink(found->body);
            if (!taken) co_return taken.error();
            if (broken) co_return *broken;
        }
        co_return found;
    }
    std::optional<Error> broken;  // how every stream ends

private:
    Result<http::Response> answer(const http::Request& request) {
        asked.push_back(request.method + " " + request.target);
        bodies.push_back(request.body);
        const auto found = answers.find(asked.back());
        if (found != answers.end()) return found->second;
        return Error(Fault::unreachable, "nothing was said about " + asked.back());
    }
};

struct Bench {
    void says(const std::string& question, std::string body, int status = 200) {
        http::Response response;
        response.status = status;
        response.body = std::move(body);
        client->answers[question] = std::move(response);
    }
    int run(QueueCommand command) { return clock.run(queue(context, link, std::move(command))); }

    test::VirtualClock clock;  // it is 2026-11-21T06:30Z
    std::string out, err;
    Scripted* client = new Scripted;
    AgentLink link{std::unique_ptr<http::Client>(client), "/run/outrider/outrider.sock"};
    Console console{[this](std::string_view text) -> Result<> {
                        out += text;
                        return {};
                    },
                    [this](std::string_view text) { err += text; }, Style{}};
    Surroundings around;
    Context context{clock.executor(), clock, console, around};
};

Instant at(const char* text) { return *parse_rfc3339(text); }

api::QueueRecord record(std::int64_t sequence) {
    api::Ping ping;
    ping.time = at("2026-11-21T06:29:47Z");
    ping.latitude = 37.42681;
    ping.longitude = -122.09352;
    ping.speed_mps = 13.4;
    api::Destination destination;
    destination.origin.host = "api.servicetitan.io";
    destination.tenant = "4711";
    destination.gps_provider = "outrider";
    destination.unit_id = "van-7";
    destination.unit_name = "Van 7";
    offline::Envelope envelope;
    envelope.sequence = sequence;
    envelope.written = at("2026-11-21T06:29:48.123Z");
    envelope.body = api::encode(ping);
    envelope.link = "link";
    return api::record_of(envelope, api::encode(destination), 255);
}

api::QueueRecord dead(std::int64_t sequence, const std::string& words = "no such unit") {
    api::QueueRecord letter = record(sequence);
    letter.buried = at("2026-11-21T06:27:00Z");
    letter.words = words;
    return letter;
}

std::string line(const api::QueueRecord& record) { return api::to_json(record) + "\n"; }

QueueCommand command(Verb verb, std::vector<std::int64_t> sequences = {}) {
    QueueCommand made;
    made.verb = verb;
    made.sequences = std::move(sequences);
    return made;
}

std::string file_text(const std::string& path) {
    std::ifstream file(path);
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
}

constexpr auto heading = R"(pings of van-7 "Van 7", nobody signed in
  to https://api.servicetitan.io, tenant 4711, provider outrider
 Number  Written (UTC)                ago  Fix at                   Place    m/s
)";
constexpr auto row_42 =
    "     42  2026-11-21 06:29:48         11 s  06:29:47   37.42681 -122.09352   13.4\n";

}  // namespace

TEST_CASE("what waits is a table of eighty columns, a heading wherever it goes elsewhere") {
    QueueTable table(at("2026-11-21T06:30:00Z"), Style{}, QueueTable::Words::one_line);
    std::string text = table.add(record(42));
    auto nowhere = record(43);
    nowhere.written = at("2026-11-21T06:08:00Z");
    nowhere.ping->latitude = std::numeric_limits<double>::quiet_NaN();
    nowhere.ping->speed_mps.reset();
    text += table.add(nowhere);
    auto action = record(7);
    action.lane = offline::Lane::actions;
    action.owner = 12;
    action.ping.reset();
    text += table.add(action);
    CHECK(text ==
          std::string(heading) + row_42 +
              R"(     43  2026-11-21 06:08:00       22 min  06:29:47           no position      -

actions of van-7 "Van 7", technician 12
  to https://api.servicetitan.io, tenant 4711, provider outrider
 Number  Written (UTC)                ago  What
      7  2026-11-21 06:29:48         11 s  22 bytes
)");
    std::istringstream lines(text);
    for (std::string each; std::getline(lines, each);) CHECK(each.size() <= 80);
}

TEST_CASE("a dead letter has the office's words below it, cut to one line of the table") {
    const std::string words =
        "unit \x1b[31mvan-7\n is not known here, ask your administrator to "
        "add it to the provider's units";
    QueueTable table(at("2026-11-21T06:30:00Z"), Style{}, QueueTable::Words::one_line);
    CHECK(table.add(dead(42, words)) ==
          std::string(heading) + row_42 +
              "         refused 3 min ago: unit  [31mvan-7  is not known here, ask your admini…\n");
    CHECK(table.add(dead(42)) ==
          std::string(row_42) + "         refused 3 min ago: no such unit\n");
    QueueTable whole(at("2026-11-21T06:30:00Z"), Style{}, QueueTable::Words::whole);
    CHECK(whole.add(dead(42, words)).ends_with("to add it to the provider's units\n"));
}

TEST_CASE("one of the queue is shown with everything that is known of it") {
    CHECK(render(dead(42), at("2026-11-21T06:30:00Z"), Style{}) ==
          R"(pings 42, a dead letter
  Written     2026-11-21T06:29:48.123Z, 11 s ago
  Fix at      2026-11-21T06:29:47.000Z
  Place       37.4268100 -122.0935200
  Speed       13.40 m/s
  Unit        van-7 "Van 7"
  To          https://api.servicetitan.io, tenant 4711, provider outrider
  Owner       nobody signed in
  External id or-00000000000000ff-42
  Body        )" +
              record(42).body +
              R"(
  Link        6c696e6b
  Refused     2026-11-21T06:27:00.000Z, 3 min ago
  The office  no such unit
)");
    const std::string waiting = render(record(42), at("2026-11-21T06:30:00Z"), Style{});
    CHECK(waiting.starts_with("pings 42, waiting\n"));
    CHECK(waiting.find("office") == std::string::npos);
}

TEST_CASE("ls asks for one more than it shows, to say that there are more") {
    Bench bench;
    bench.says("GET /v1/queue?from=0&limit=2&lane=pings", line(record(42)) + line(record(43)));
    auto ls = command(Verb::ls);
    ls.limit = 1;
    ls.lane = offline::Lane::pings;
    CHECK(bench.run(ls) == exit_ok);
    CHECK(bench.out == std::string(heading) + row_42 +
                           "\nMore wait: --limit N shows them, `outrider queue export FILE` "
                           "writes them all.\n");
    bench.out.clear();
    ls.form = Form::json;
    CHECK(bench.run(ls) == exit_ok);
    CHECK(bench.out == line(record(42)));

    Bench empty;
    empty.says("GET /v1/queue?from=0&limit=21", "");
    CHECK(empty.run(command(Verb::ls)) == exit_ok);
    CHECK(empty.out == "Nothing waits.\n");
    empty.says("GET /v1/dead?limit=21", "");
    CHECK(empty.run(command(Verb::dead_ls)) == exit_ok);
    CHECK(empty.out == "Nothing waits.\nThere are no dead letters.\n");
}

TEST_CASE("show finds its number or says that there is none") {
    Bench bench;
    bench.says("GET /v1/queue?from=42&limit=1&lane=pings", line(record(42)));
    CHECK(bench.run(command(Verb::show, {42})) == exit_ok);
    CHECK(bench.out.starts_with("pings 42, waiting\n"));
    bench.says("GET /v1/queue?from=41&limit=1&lane=pings", line(record(42)));
    CHECK(bench.run(command(Verb::show, {41})) == exit_undone);
    CHECK(bench.err == "outrider: pings 41 does not wait: see `outrider queue ls`\n");
    bench.says("GET /v1/dead?lane=actions&to=5&limit=1", "");
    auto show = command(Verb::dead_show, {5});
    show.lane = offline::Lane::actions;
    bench.err.clear();
    CHECK(bench.run(show) == exit_undone);
    CHECK(bench.err == "outrider: actions 5 is no dead letter: see `outrider queue dead ls`\n");
}

TEST_CASE("pause, resume and flush say what they did and how to go on") {
    api::Status status;
    status.queue.pings = 1044;
    Bench bench;
    for (const std::string verb : {"pause", "resume", "flush"}) {
        bench.says("POST /v1/queue/" + verb, api::to_json(status));
    }
    CHECK(bench.run(command(Verb::pause)) == exit_ok);
    CHECK(bench.out ==
          "Delivery is paused until `outrider queue resume`, restarts included. Recording\n"
          "goes on. Waiting: 1,044 positions.\n");
    bench.out.clear();
    CHECK(bench.run(command(Verb::resume)) == exit_ok);
    CHECK(bench.out == "1,044 positions are sent now: see `outrider status --watch`\n");
    bench.out.clear();
    status.queue.pings = 0;
    bench.says("POST /v1/queue/flush", api::to_json(status));
    CHECK(bench.run(command(Verb::flush)) == exit_ok);
    CHECK(bench.out == "Nothing waits.\n");

    bench.says("POST /v1/queue/flush", api::problem_json("delivery is paused by hand"), 409);
    CHECK(bench.run(command(Verb::flush)) == exit_unavailable);
    CHECK(bench.err ==
          "outrider: the agent at /run/outrider/outrider.sock answered 409: delivery "
          "is paused by hand\n");
    bench.says("POST /v1/queue/pause", api::problem_json("who asks is not known"), 403);
    CHECK(bench.run(command(Verb::pause)) == exit_configuration);
}

TEST_CASE("without --yes nothing is dropped, and what would be lost is said word for word") {
    Bench bench;
    const std::string words(200, 'w');
    bench.says("GET /v1/dead?lane=pings&to=42&limit=1", line(dead(42, words)));
    bench.says("GET /v1/dead?lane=pings&to=40&limit=1", line(dead(39)));
    CHECK(bench.run(command(Verb::drop, {42, 40})) == exit_usage);
    CHECK(bench.out ==
          std::string(heading) + row_42 + "         refused 3 min ago: " + words + "\n");
    CHECK(bench.err == "outrider: nothing was deleted: add --yes to lose this one for good\n");
    bench.out.clear();
    bench.err.clear();
    auto all = command(Verb::drop);
    all.all = true;
    bench.says("GET /v1/dead", line(dead(42)) + line(dead(39)));
    CHECK(bench.run(all) == exit_usage);
    CHECK(bench.err == "outrider: nothing was deleted: add --yes to lose these 2 for good\n");
    for (const std::string& asked : bench.client->asked) CHECK(asked.starts_with("GET "));

    CHECK(bench.run(command(Verb::drop, {40})) == exit_undone);
    bench.says("GET /v1/dead", "");
    CHECK(bench.run(all) == exit_ok);
}

TEST_CASE("what is dropped or retried is reported one by one") {
    Bench bench;
    bench.says("POST /v1/dead/drop", R"({"lane":"pings","done":[40,42],"unknown":[41]})");
    auto drop = command(Verb::drop, {42, 40, 41, 42});
    drop.yes = true;
    CHECK(bench.run(drop) == exit_undone);
    CHECK(bench.client->bodies.back() == R"({"lane":"pings","sequences":[40,41,42]})");
    CHECK(bench.out ==
          "pings 40: deleted for good\n"
          "pings 42: deleted for good\n"
          "pings 41: is no dead letter, nothing was done\n");

    bench.out.clear();
    bench.says("POST /v1/dead/retry", R"({"lane":"actions","done":[5],"unknown":[]})");
    auto retry = command(Verb::retry, {5});
    retry.lane = offline::Lane::actions;
    CHECK(bench.run(retry) == exit_ok);
    CHECK(bench.out == "actions 5: back in the queue\n");
    CHECK(bench.client->bodies.back() == R"({"lane":"actions","sequences":[5]})");
}

TEST_CASE("all dead letters are asked for in portions the agent takes") {
    Bench bench;
    const auto many = static_cast<std::int64_t>(api::DeadRequest::most) + 1;
    std::string lines;
    for (std::int64_t i = many; i > 0; --i) lines += line(dead(i));
    auto action = dead(3);
    action.lane = offline::Lane::actions;
    bench.says("GET /v1/dead", line(action) + lines);
    bench.says("POST /v1/dead/retry", R"({"lane":"pings","done":[1],"unknown":[]})");
    auto all = command(Verb::retry);
    all.all = true;
    all.form = Form::json;
    CHECK(bench.run(all) == exit_ok);
    REQUIRE(bench.client->bodies.size() == 4);
    CHECK(bench.client->bodies[1] == R"({"lane":"actions","sequences":[3]})");
    CHECK(api::parse_dead_request(bench.client->bodies[2])->sequences.size() ==
          api::DeadRequest::most);
    CHECK(api::parse_dead_request(bench.client->bodies[3])->sequences ==
          std::vector<std::int64_t>{many});
}

TEST_CASE("an export writes every record as it comes and holds none") {
    constexpr int many = 20'000;
    const std::string one = line(record(42));
    Bench bench;
    bench.says("GET /v1/queue", "");
    bench.client->flood = [&](const http::Sink& sink) {
        for (int i = 0; i < many; ++i) CHECK(sink(one));
    };
    std::size_t pieces = 0, bytes = 0, largest = 0;
    const Console counting{[&](std::string_view text) -> Result<> {
                               ++pieces;
                               bytes += text.size();
                               largest = std::max(largest, text.size());
                               return {};
                           },
                           [](std::string_view) {}, Style{}};
    Context context{bench.clock.executor(), bench.clock, counting, bench.around};
    CHECK(bench.clock.run(queue(context, bench.link, command(Verb::save))) == exit_ok);
    CHECK(bytes == many * one.size());
    CHECK(largest < 128 * 1024);
    CHECK(pieces < 1000);
}

TEST_CASE("an export is a file when it is whole, and none when it is not") {
    test::TemporaryDirectory directory;
    Bench bench;
    bench.says("GET /v1/queue?lane=pings", line(record(42)) + line(record(43)));
    auto save = command(Verb::save);
    save.lane = offline::Lane::pings;
    save.output = directory.file("waiting.ndjson");
    CHECK(bench.run(save) == exit_ok);
    CHECK(file_text(save.output) == line(record(42)) + line(record(43)));
    CHECK(bench.err == "outrider: 2 records written to " + save.output + "\n");

    bench.client->broken = Error(Fault::unreachable, "the connection ended");
    save.output = directory.file("half.ndjson");
    CHECK(bench.run(save) == exit_unavailable);
    CHECK_FALSE(std::filesystem::exists(save.output));
    CHECK_FALSE(std::filesystem::exists(save.output + ".part"));
    bench.client->broken.reset();
    save.output = "/no/such/folder/waiting.ndjson";
    CHECK(bench.run(save) == exit_io);
}
