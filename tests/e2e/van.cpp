#include "tests/e2e/van.hpp"

#include "platform/http.hpp"
#include "platform/loop.hpp"
#include "tests/support/places.hpp"
#include "tests/support/result.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <thread>

namespace outrider::test {
namespace {

using namespace std::chrono_literals;

constexpr Duration patience = 60s;

// What follows `word` in the process's output, once it is there.
std::string announced(Process& process, const std::string& word) {
    REQUIRE_MESSAGE(process.wait_for_text(word, patience), process.errors());
    std::istringstream rest(process.output().substr(process.output().find(word) + word.size()));
    std::string value;
    rest >> value;
    return value;
}

int free_port() {
    Loop loop;
    auto listener = net::tcp_listener(loop.executor(), "127.0.0.1", 0, std::nullopt);
    REQUIRE(listener);
    return (*listener)->port();
}

Async<int> exchange(Executor executor, std::string socket, http::Request request,
                    Result<http::Response>& into) {
    const auto clock = make_system_clock(executor);
    const auto connector = net::unix_connector(executor, *clock, std::move(socket), 5s);
    http::ClientOptions options;
    options.limits.body = 256 * 1024 * 1024;
    const auto client = http::make_client(*connector, *clock, options);
    into = co_await client->send(std::move(request));
    co_return 0;
}

void write_secret(const std::string& path, const std::string& text) {
    std::ofstream(path) << text << '\n';
    ::chmod(path.c_str(), 0600);
}

}  // namespace

Van::Van(const Recording& recording) : recording_(recording) {
    write_secret(directory_.file("client-secret"), "cs1.demo");
    write_secret(directory_.file("app-key"), "ak1.demo");
}

void Van::start_office() {
    if (office_port_ == 0) office_port_ = free_port();
    Process::Options options;
    options.arguments = {"office",
                         "--listen",
                         fmt::format("127.0.0.1:{}", office_port_),
                         "--database",
                         directory_.file("office.db"),
                         "--control",
                         office_socket(),
                         "--requests-per-second",
                         "0",
                         "--accept-past",
                         "1000000000",
                         "--accept-future",
                         "1000000000"};
    options.output_file = directory_.file("office.out");
    options.error_file = directory_.file("office.log");
    office_ = std::make_unique<Process>(test::built("outrider"), options);
    REQUIRE_MESSAGE(office_->wait_for_text("listening at", patience), office_->errors());
}

void Van::start_receiver() {
    Process::Options feeder;
    feeder.arguments = recording_.feeder_arguments;
    feeder.arguments.push_back(test::project_file("tests/data/" + recording_.file));
    feeder.output_file = directory_.file("feeder.out");
    feeder.error_file = directory_.file("feeder.log");
    feeder_ = std::make_unique<Process>(test::built("tests/tools/feeder"), feeder);
    const std::string feed_port = announced(*feeder_, "listening ");

    gpsd_port_ = free_port();
    const std::string sockets = directory_.file("gpsd");
    std::filesystem::create_directory(sockets);
    Process::Options gpsd;
    gpsd.arguments = {"-N",
                      "-S",
                      std::to_string(gpsd_port_),
                      "-F",
                      sockets + "/control",
                      "tcp://127.0.0.1:" + feed_port};
    gpsd.arguments.insert(gpsd.arguments.begin(), recording_.gpsd_arguments.begin(),
                          recording_.gpsd_arguments.end());
    gpsd.error_file = directory_.file("gpsd.log");
    std::string program = "/usr/sbin/gpsd";
    if (::geteuid() == 0) {
        // As root it changes to another user by itself, and so forgets to die with us.
        ::chmod(directory_.path().c_str(), 0711);
        ::chmod(sockets.c_str(), 0777);
        const std::vector<std::string> as_nobody = {"--reuid=nobody", "--regid=nogroup",
                                                    "--clear-groups", "--pdeathsig=KILL", program};
        gpsd.arguments.insert(gpsd.arguments.begin(), as_nobody.begin(), as_nobody.end());
        program = "setpriv";
    }
    gpsd_ = std::make_unique<Process>(program, gpsd);
}

void Van::write_configuration() {
    std::ofstream(configuration()) << fmt::format(
        R"([unit]
id = "van-7"
name = "Van 7"
[servicetitan]
api_url = "http://127.0.0.1:{0}"
auth_url = "http://127.0.0.1:{0}"
tenant = "1000001"
gps_provider = "outrider"
client_id = "cid.demo"
client_secret_file = "{1}/client-secret"
app_key_file = "{1}/app-key"
speed_unit = "m/s"
[gps]
port = {2}
[state]
directory = "{1}/state"
[local]
socket = "{1}/agent.sock"
{3})",
        office_port_, directory_.path(), gpsd_port_, more_configuration);
}

void Van::start_agent() {
    write_configuration();
    Process::Options options;
    options.arguments = {"agent", "--config", configuration()};
    options.error_file = agent_log();
    agent_ = std::make_unique<Process>(test::built("outrider"), options);
    until("the agent answers", [&] {
        REQUIRE_MESSAGE(agent_->running(), agent_->errors());
        return status().contains("gps");
    });
}

int Van::stop_agent(Duration limit) {
    agent_->kill(SIGTERM);
    const auto code = agent_->wait(limit);
    REQUIRE_MESSAGE(code, "the agent did not stop in time");
    return *code;
}

void Van::kill_agent() {
    agent_->kill(SIGKILL);
    REQUIRE(agent_->wait(patience));
}

void Van::wait_for_fixes(std::int64_t count) {
    std::int64_t captured = 0;
    auto since = std::chrono::steady_clock::now();
    until("the recording has arrived", [&] {
        const auto now = std::chrono::steady_clock::now();
        const auto seen = status()["captured"].get<std::int64_t>();
        if (seen != captured) since = now;
        captured = seen;
        // Some of the last may be held until the agent stops.
        return (count > 0 && seen >= count) || (seen > 0 && now - since > 3s);
    });
}

std::int64_t Van::fault(const nlohmann::json& fault) {
    const auto before = ask(office_socket(), "GET", "/office/v1/faults");
    (void)ask_text(office_socket(), "PUT", "/office/v1/faults", fault.dump());
    return before["hits"].get<std::int64_t>();
}

std::vector<nlohmann::json> Van::pings_at_office() {
    std::istringstream lines(ask_text(office_socket(), "GET", "/office/v1/pings", ""));
    std::vector<nlohmann::json> pings;
    for (std::string line; std::getline(lines, line);) {
        pings.push_back(nlohmann::json::parse(line)["ping"]);
    }
    return pings;
}

void Van::until(const std::string& what, const std::function<bool()>& condition) {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    std::string last;
    while (std::chrono::steady_clock::now() < deadline) {
        try {
            if (condition()) return;
        } catch (const std::runtime_error& error) {
            last = error.what();
        }
        std::this_thread::sleep_for(10ms);
    }
    FAIL("not within a minute: " << what << " " << last);
}

std::string Van::ask_text(const std::string& socket, const std::string& method,
                          const std::string& target, const std::string& body) {
    http::Request request;
    request.method = method;
    request.target = target;
    request.body = body;
    if (!body.empty()) request.headers.set("Content-Type", "application/json");
    Loop loop;
    Result<http::Response> response = Error(Fault::cancelled, "not asked");
    loop.run(exchange(loop.executor(), socket, request, response));
    if (!response) throw std::runtime_error(target + ": " + response.error().detail);
    if (response->status < 200 || response->status > 299) {
        throw std::runtime_error(target + ": " + std::to_string(response->status) + response->body);
    }
    return response->body;
}

}  // namespace outrider::test
