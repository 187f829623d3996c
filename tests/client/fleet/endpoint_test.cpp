// A load over real HTTP to the stand-in office.

#include "client/fleet/endpoint.hpp"

#include "client/office/office.hpp"
#include "platform/log.hpp"
#include "tests/support/real_loop.hpp"
#include "tests/support/result.hpp"
#include "tests/support/temporary_directory.hpp"

#include <doctest/doctest.h>

#include <sys/stat.h>

#include <fstream>

namespace outrider::fleet {
namespace {

using namespace std::chrono_literals;

struct Business {
    Business() {
        set_log_level(Level::error);
        office::OfficeSettings settings;
        settings.port = 0;
        settings.database = ":memory:";
        settings.requests_per_second = 0;
        auto opened = office::Office::open(loop.executor(), loop.clock(), settings, Dice(1));
        REQUIRE(opened);
        office = std::move(*opened);
        options.endpoint = "http://127.0.0.1:" + std::to_string(office->port());
        options.technicians = 50;
        options.duration = 1s;
        options.interval = 200ms;
        options.connections = 4;
    }
    ~Business() { set_log_level(Level::info); }

    Result<Figures> run() {
        Result<Figures> figures = Error(Fault::cancelled, "never ran");
        loop.run(at_work(figures));
        return figures;
    }
    Async<> at_work(Result<Figures>& figures) {
        Tasks tasks(loop.executor());
        tasks.start(office->run());
        Async<> loading = load_it(figures);
        co_await tasks.run(std::move(loading));
    }
    Async<> load_it(Result<Figures>& figures) {
        const auto endpoint = read_endpoint(options);
        if (!endpoint) figures = endpoint.error();
        if (!endpoint) co_return;
        Result<> let_in = co_await knock(loop.executor(), loop.clock(), *endpoint);
        if (!let_in) figures = let_in.error();
        if (!let_in) co_return;
        const Way way = way_to(loop.executor(), loop.clock(), *endpoint);
        const auto stop = loop.clock().alarm();
        const Progress silent;
        Result<Figures> carried =
            co_await load(loop.executor(), loop.clock(), options, way, silent, *stop);
        figures = std::move(carried);
    }

    test::RealLoop loop;
    std::unique_ptr<office::Office> office;
    LoadOptions options;
};

TEST_CASE("the stand-in office takes the pings of many technicians over a few connections") {
    Business business;
    const auto figures = business.run();
    REQUIRE(figures);
    CHECK(figures->count("accepted") == 250);
    CHECK(figures->count("lost") == 0);
    CHECK(figures->count("dead_letters") == 0);
    CHECK(figures->count("requests") < 30);
    CHECK(figures->timings.at("wall_s") < 10);
    CHECK(figures->timings.at("technicians_bytes") >= 0);
}

TEST_CASE("an office that does not know us says so before anything is sent") {
    Business business;
    business.options.client_id = "cid.somebody";
    const auto figures = business.run();
    REQUIRE_FALSE(figures);
    CHECK(figures.error().fault == Fault::unauthorised);
    CHECK(figures.error().detail.find("--client-secret-file") != std::string::npos);
}

TEST_CASE("a wrong tenant or provider ends the load with the office's words and the cure") {
    for (const bool tenant : {false, true}) {
        CAPTURE(tenant);
        Business business;
        business.options.duration = 10min;
        (tenant ? business.options.tenant : business.options.provider) = "another";
        const auto figures = business.run();
        REQUIRE_FALSE(figures);
        CHECK(figures.error().fault == Fault::unauthorised);
        CHECK(figures.error().detail.find("403") != std::string::npos);
        CHECK(figures.error().detail.find("--provider") != std::string::npos);
    }
}

TEST_CASE("where nobody listens the error says what to start") {
    Business business;
    business.options.endpoint = "http://127.0.0.1:1";
    const auto figures = business.run();
    REQUIRE_FALSE(figures);
    CHECK(figures.error().fault == Fault::unreachable);
    CHECK(figures.error().detail.find("outrider office") != std::string::npos);
}

TEST_CASE("secrets are read from private files alone") {
    const test::TemporaryDirectory directory;
    const std::string path = directory.file("secret");
    std::ofstream(path) << "cs1.demo\n";
    LoadOptions options;
    options.client_secret_file = path;
    REQUIRE(::chmod(path.c_str(), 0600) == 0);
    const auto endpoint = read_endpoint(options);
    REQUIRE(endpoint);
    CHECK(endpoint->credentials.client_secret == "cs1.demo");
    REQUIRE(::chmod(path.c_str(), 0644) == 0);
    CHECK_FALSE(read_endpoint(options));
}

TEST_CASE("queues in a folder outlive the load, and the next one delivers what they hold") {
    const test::TemporaryDirectory directory;
    Business business;
    business.options.state = directory.file("");
    const auto figures = business.run();
    REQUIRE(figures);
    CHECK(figures->count("accepted") == 250);
    const auto again = business.run();
    REQUIRE(again);
    CHECK(again->count("accepted") == 250);
    CHECK(again->count("lost") == 0);
}

}  // namespace
}  // namespace outrider::fleet
