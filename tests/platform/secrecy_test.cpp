#include "platform/secrecy.hpp"

#include <doctest/doctest.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

namespace outrider {
namespace {

TEST_CASE("a sealed process leaves no core and cannot be told to leave one") {
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        seal_memory();
        rlimit limit{};
        const bool asked = ::getrlimit(RLIMIT_CORE, &limit) == 0;
        if (!asked || limit.rlim_cur != 0 || limit.rlim_max != 0) ::_exit(1);
        if (::prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) != 0) ::_exit(2);
        ::signal(SIGABRT, SIG_DFL);
        ::raise(SIGABRT);
        ::_exit(3);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CAPTURE(status);
    CHECK(WIFSIGNALED(status));
    CHECK(WTERMSIG(status) == SIGABRT);
    CHECK_FALSE(WCOREDUMP(status));
}

}  // namespace
}  // namespace outrider
