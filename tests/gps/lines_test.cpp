#include "gps/lines.hpp"

#include <doctest/doctest.h>

#include <vector>

using outrider::gps::Lines;

namespace {

std::vector<std::string> drain(Lines& lines) {
    std::vector<std::string> out;
    while (const auto line = lines.next()) out.emplace_back(*line);
    return out;
}

}  // namespace

TEST_SUITE("gps/lines") {
    TEST_CASE("lines come out whole wherever they were cut") {
        const std::string text = "one\r\n\r\nthree\nfour\r\n";
        for (std::size_t i = 0; i <= text.size(); ++i)
            for (std::size_t j = i; j <= text.size(); ++j) {
                Lines lines;
                std::vector<std::string> all;
                for (const auto& piece :
                     {text.substr(0, i), text.substr(i, j - i), text.substr(j)}) {
                    lines.add(piece);
                    for (auto& line : drain(lines)) all.push_back(line);
                }
                CHECK(all == std::vector<std::string>{"one", "", "three", "four"});
            }
    }

    TEST_CASE("a line of exactly the limit passes, a longer one is skipped and counted") {
        Lines lines;
        const std::string fits(Lines::longest - 1, 'x');
        lines.add("a\n" + fits + "\n" + std::string(Lines::longest, 'y') + "\nb\n");
        CHECK(drain(lines) == std::vector<std::string>{"a", fits, "b"});
        CHECK(lines.skipped() == 1);
    }

    TEST_CASE("a megabyte in small pieces is never held") {
        Lines lines;
        lines.add("first\n");
        for (int i = 0; i < 1000; ++i) lines.add(std::string(1000, 'x'));
        CHECK(!lines.endless());
        lines.add("\nlast\n");
        CHECK(drain(lines) == std::vector<std::string>{"first", "last"});
        CHECK(lines.skipped() == 1);
    }

    TEST_CASE("more than that without a newline is hopeless, until a new connection") {
        Lines lines;
        for (int i = 0; i < 1100; ++i) lines.add(std::string(1000, 'x'));
        CHECK(lines.endless());
        CHECK(lines.skipped() == 1);
        lines.clear();
        CHECK(!lines.endless());
        lines.add("fresh\n");
        CHECK(drain(lines) == std::vector<std::string>{"fresh"});
    }
}
