// What the fuzzers found worth keeping, and what once was a defect, read again with every test run.

#include "platform/files.hpp"
#include "tests/fuzz/targets.hpp"
#include "tests/support/places.hpp"
#include "tests/support/result.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <string>

using namespace outrider;

TEST_SUITE("fuzz") {
    TEST_CASE("nothing of the corpora crashes what reads it") {
        for (const auto& target : fuzz::targets) {
            const std::string name(target.name);
            CAPTURE(name);
            int inputs = 0;
            const auto folder = test::project_file("tests/fuzz/corpus/" + name);
            for (const auto& entry : std::filesystem::directory_iterator(folder)) {
                const auto bytes = read_file(entry.path(), 1 << 20);
                REQUIRE(bytes);
                target.run(*bytes);
                ++inputs;
            }
            CHECK(inputs > 0);
        }
    }

    TEST_CASE("long, deep and binary inputs are read or refused like any other") {
        std::string bytes;
        for (int i = 0; i < 256; ++i) bytes += static_cast<char>(i);
        for (const std::string& input :
             {std::string(), std::string(100'000, '['), bytes, std::string(100'000, '\0'),
              "{" + std::string(99'999, '"'), std::string(70'000, 'a')}) {
            for (const auto& target : fuzz::targets) CHECK_NOTHROW(target.run(input));
        }
    }
}
