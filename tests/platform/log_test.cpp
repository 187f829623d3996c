#include "platform/log.hpp"

#include "tests/support/result.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <string>

namespace outrider {
namespace {

using namespace std::chrono_literals;

// What log() writes to standard error, which is a pipe meanwhile.
std::string logged(Level level, std::string_view line) {
    std::array<int, 2> pipe{};
    REQUIRE(::pipe2(pipe.data(), O_CLOEXEC | O_NONBLOCK) == 0);
    const int before = ::dup(STDERR_FILENO);
    ::dup2(pipe[1], STDERR_FILENO);
    log(level, line);
    ::dup2(before, STDERR_FILENO);
    std::array<char, 8192> text;
    const ssize_t size = ::read(pipe[0], text.data(), text.size());
    for (const int fd : {before, pipe[0], pipe[1]}) ::close(fd);
    return size > 0 ? std::string(text.data(), static_cast<std::size_t>(size)) : std::string();
}

TEST_CASE("a line carries its priority for journald") {
    CHECK(logged(Level::error, "a: b c=1") == "<3>a: b c=1\n");
    CHECK(logged(Level::info, "") == "<6>\n");
}

TEST_CASE("a line stays one line, and shows what a terminal must not obey") {
    CHECK(logged(Level::info, "a\nb\tc\r\x1b[31m") == "<6>a\\nb\\tc\\x0d\\x1b[31m\n");
    CHECK(logged(Level::info, std::string("a\0b\x7f", 4)) == "<6>a\\x00b\\x7f\n");
    CHECK(logged(Level::info, "Köln → 東京 🚐") == "<6>Köln → 東京 🚐\n");
    CHECK(logged(Level::info, "\xc2\x9b") == "<6>\\xc2\\x9b\n");
    CHECK(logged(Level::info, "\xff\xc3") == "<6>\\xff\\xc3\n");
    CHECK(logged(Level::info, "\xc0\xaf\xed\xa0\x80\xf4\x90\x80\x80") ==
          "<6>\\xc0\\xaf\\xed\\xa0\\x80\\xf4\\x90\\x80\\x80\n");
}

TEST_CASE("a line has 2,000 bytes at most and is not cut inside a character") {
    for (std::size_t length = 1980; length < 2010; ++length) {
        std::string text(length, 'x');
        text += "ööööööööööööööö";
        const std::string line = logged(Level::info, text);
        CHECK(line.size() <= 2000);
        CHECK(line.ends_with("\n"));
        CHECK(line.find("\\x") == std::string::npos);
    }
    CHECK(logged(Level::info, std::string(1'000'000, 'x')).size() <= 2000);
}

TEST_CASE("the log's level holds back what is below it") {
    CHECK(logged(Level::debug, "x").empty());
    set_log_level(Level::debug);
    CHECK(logged(Level::debug, "x") == "<7>x\n");
    set_log_level(Level::error);
    CHECK(logged(Level::warning, "x").empty());
    set_log_level(Level::info);
    CHECK(parse_level("warning").value() == Level::warning);
    CHECK(parse_level("loud").error().fault == Fault::malformed);
}

TEST_CASE("a repeated failure is let through at a falling rate") {
    FallingRate rate;
    const Uptime start(1h);
    std::string minutes;
    for (auto passed = 0min; passed <= 300min; ++passed) {
        if (rate.due(start + passed)) minutes += std::to_string(passed.count()) + " ";
    }
    CHECK(minutes == "0 1 3 7 15 31 63 123 183 243 ");
    CHECK(rate.due(start + 303min));
    CHECK(rate.suppressed() == 57);
    rate.reset();
    CHECK(rate.suppressed() == 0);
    CHECK(rate.due(start + 304min));
}

}  // namespace
}  // namespace outrider
