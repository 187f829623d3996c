#include "platform/usage.hpp"

#include "tests/support/result.hpp"

#include <doctest/doctest.h>

#include <sys/resource.h>

#include <limits>
#include <string>
#include <vector>

namespace outrider {

TEST_CASE("a process knows its time and its memory") {
    const Usage usage = usage_of_this_process();
    CHECK(usage.cpu_s > 0);
    CHECK(usage.memory_bytes > 100'000);
    CHECK(usage.most_memory_bytes >= usage.memory_bytes / 2);
    const std::vector<char> more(std::size_t{8} * 1024 * 1024, 'x');
    CHECK(usage_of_this_process().memory_bytes > usage.memory_bytes);
}

TEST_CASE("the limit of open files is raised as far as it may be, and no further") {
    rlimit before{};
    REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
    const rlimit low{64, before.rlim_max};
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &low) == 0);
    CHECK(allow_open_files(60));
    CHECK(allow_open_files(100));
    rlimit now{};
    REQUIRE(::getrlimit(RLIMIT_NOFILE, &now) == 0);
    CHECK(now.rlim_cur == 100);
    const auto refused = allow_open_files(std::numeric_limits<std::size_t>::max() - 1);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().detail.find("ulimit -n 18446744073709551614") != std::string::npos);
    CHECK(refused.error().detail.find(std::to_string(before.rlim_max)) != std::string::npos);
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &before) == 0);
}

}  // namespace outrider
