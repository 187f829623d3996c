// `outrider replay` over recordings that lie in the project: verdict by verdict as checked in.

#include "platform/files.hpp"
#include "tests/support/places.hpp"
#include "tests/support/process.hpp"
#include "tests/support/result.hpp"
#include "tests/support/temporary_directory.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

using namespace outrider;
using namespace outrider::test;
using namespace std::chrono_literals;

namespace {

struct Ended {
    int code = -1;
    std::string output, errors;
};

Ended replay(std::vector<std::string> arguments) {
    const TemporaryDirectory directory;
    Process::Options options;
    options.arguments = std::move(arguments);
    options.arguments.insert(options.arguments.begin(), "replay");
    options.output_file = directory.file("out");
    options.error_file = directory.file("err");
    Process process(built("outrider"), options);
    const auto code = process.wait(60s);
    REQUIRE(code);
    return {*code, process.output(), process.errors()};
}

}  // namespace

// As recorded pings are: run with OUTRIDER_ACCEPT set, then read the difference.
TEST_SUITE("e2e/replay") {
    TEST_CASE("each fix of a recording is judged as it is checked in") {
        for (const std::string name : {"bt451", "motorola-t805", "humminbird-M37"}) {
            CAPTURE(name);
            const std::string kept = project_file("tests/e2e/expected/" + name + ".verdicts");
            const Ended ended =
                replay({project_file("tests/data/gpsd/" + name + ".log.chk"), "--verdicts"});
            CHECK(ended.code == 0);
            CHECK(ended.errors == "");
            if (std::getenv("OUTRIDER_ACCEPT") != nullptr) {
                std::ofstream(kept) << ended.output;
                continue;
            }
            const auto expected = read_file(kept, 1 << 20);
            REQUIRE(expected);
            CHECK(ended.output == *expected);
        }
    }

    TEST_CASE("the same file gives the same verdicts, and what is no recording a code of its own") {
        const std::string file = project_file("tests/data/drive_mountain_view.nmea");
        const Ended ended = replay({file, "--verdicts"});
        CHECK(ended.code == 0);
        CHECK(ended.output.starts_with("captured: 1653\n"));
        CHECK(replay({file, "--verdicts"}).output == ended.output);
        CHECK(replay({project_file("README.md")}).code == 65);
    }
}
