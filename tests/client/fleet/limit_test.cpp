#include "client/fleet/load.hpp"

#include "tests/support/result.hpp"
#include "tests/support/virtual_clock.hpp"

#include <doctest/doctest.h>

#include <vector>

namespace outrider::fleet {
namespace {

// Carries so many, and shows why not more.
struct Office {
    std::int64_t most = 700;
    double cpu_s = 20, request_s = 0.02, best_s = 0.02;
    std::int64_t requests = 10'000;
    std::vector<std::int64_t> sizes;
    std::vector<std::string> lines;
    bool whole = true;

    Async<Result<Figures>> carry(const LoadOptions& options) {
        sizes.push_back(options.technicians);
        whole = whole && !options.share;
        Figures figures;
        figures.counts["reported"] = figures.counts["accepted"] = options.technicians * 20;
        figures.counts["late"] = options.technicians > most ? options.technicians : 0;
        figures.timings["wall_s"] = 20;
        figures.timings["total_cpu_s"] = cpu_s;
        figures.histograms["latency_us"].add(static_cast<std::int64_t>(best_s * 1e6));
        figures.histograms["latency_us"].add(static_cast<std::int64_t>(request_s * 1e6), requests);
        if (interrupted_after == sizes.size()) figures.counts["interrupted"] = 1;
        co_return figures;
    }
    Result<Figures> search() {
        test::VirtualClock clock;
        LoadOptions options;
        options.technicians = 100;
        options.share = Range{0, 100};
        const Carry each = [this](const LoadOptions& round) { return carry(round); };
        const Progress progress = [this](std::string_view line) { lines.emplace_back(line); };
        return clock.run(find_limit(options, each, progress));
    }
    bool told(const char* words) const {
        return !lines.empty() && lines.back().find(words) != std::string::npos;
    }
    std::size_t interrupted_after = 0;
};

TEST_CASE("the largest fleet that is on time is found to an eighth, by doubling and by halves") {
    Office office;
    const auto figures = office.search();
    REQUIRE(figures);
    CHECK(office.sizes == std::vector<std::int64_t>{100, 200, 400, 800, 600, 700, 750});
    CHECK(figures->count("largest_fleet") == 700);
    CHECK(office.told("700 technicians, 700 pings/s"));
    CHECK(office.whole);
}

TEST_CASE("a fleet that is too large from the beginning is halved") {
    Office office;
    office.most = 30;
    const auto figures = office.search();
    REQUIRE(figures);
    CHECK(figures->count("largest_fleet") >= 26);
    CHECK(figures->count("largest_fleet") <= 30);
    office.most = 0;
    const auto none = office.search();
    REQUIRE_FALSE(none);
    CHECK(none.error().fault == Fault::refused);
}

TEST_CASE("it says what a larger fleet is bound by") {
    Office office;
    CHECK(office.search());
    CHECK(office.told("our own CPU (100 % of a core)"));
    office.cpu_s = 5;
    CHECK(office.search());
    CHECK(office.told("the link"));
    office.request_s = 0.1;
    office.requests = 2500;
    CHECK(office.search());
    CHECK(office.told("the office (100 ms"));
    office.requests = 100;
    CHECK(office.search());
    CHECK(office.told("this machine"));
}

TEST_CASE("interrupted, it says what was found so far") {
    Office office;
    office.interrupted_after = 3;
    const auto figures = office.search();
    REQUIRE(figures);
    CHECK(figures->count("largest_fleet") == 200);
    CHECK(office.sizes.size() == 3);
}

}  // namespace
}  // namespace outrider::fleet
