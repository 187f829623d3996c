#include "tests/support/process.hpp"

#include "tests/support/temporary_directory.hpp"

#include <doctest/doctest.h>
#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <csignal>
#include <string>

namespace outrider::test {
namespace {

using namespace std::chrono_literals;

Process::Options shell(const TemporaryDirectory& directory, const std::string& script) {
    Process::Options options;
    options.arguments = {"-c", script};
    options.environment = {{"WORD", "hello"}};
    options.directory = directory.path();
    options.output_file = directory.file("out");
    options.error_file = directory.file("err");
    return options;
}

TEST_CASE("a process runs with its arguments, environment and folder, and its words are kept") {
    const TemporaryDirectory directory;
    Process process("sh", shell(directory, "echo $WORD; pwd >&2; exit 7"));
    CHECK(process.wait(10s) == 7);
    CHECK(process.output() == "hello\n");
    CHECK(process.errors() == directory.path() + "\n");
    CHECK_FALSE(process.running());
}

TEST_CASE("a process can be waited for, signalled and left to its end") {
    const TemporaryDirectory directory;
    Process process("sh", shell(directory,
                                "trap 'echo bye; exit 3' TERM; echo ready; "
                                "while :; do sleep 0.01; done"));
    CHECK(process.wait_for_text("ready", 10s));
    CHECK(process.running());
    CHECK_FALSE(process.wait(1ms));
    process.kill(SIGTERM);
    CHECK(process.wait(10s) == 3);
    CHECK(process.output() == "ready\nbye\n");
    Process killed("sleep", [] {
        Process::Options options;
        options.arguments = {"1000"};
        return options;
    }());
    killed.kill(SIGKILL);
    CHECK(killed.wait(10s) == 128 + SIGKILL);
}

TEST_CASE("waiting for words ends with the process") {
    const TemporaryDirectory directory;
    Process process("sh", shell(directory, "echo something else"));
    CHECK_FALSE(process.wait_for_text("hello", 10s));
    CHECK(Process("/no/such/program", {}).wait(10s) == 127);
}

TEST_CASE("nothing is left behind, not even a process's own children") {
    const TemporaryDirectory directory;
    int child = -1;
    {
        Process process("sh", shell(directory, "sleep 1000 & echo $!; echo done; wait"));
        REQUIRE(process.wait_for_text("done", 10s));
        child = static_cast<int>(::syscall(SYS_pidfd_open, std::stoi(process.output()), 0));
        REQUIRE(child >= 0);
    }
    pollfd polled{child, POLLIN, 0};
    CHECK(::poll(&polled, 1, 10'000) == 1);
    ::close(child);
}

}  // namespace
}  // namespace outrider::test
