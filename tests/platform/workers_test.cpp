#include "platform/workers.hpp"

#include "tests/support/result.hpp"

#include <doctest/doctest.h>
#include <signal.h>
#include <unistd.h>

#include <cstdlib>
#include <stdexcept>
#include <string>

using namespace outrider;

namespace {

Work working(std::size_t workers,
             std::function<Result<std::string>(std::size_t, WorkerNotes&)> play) {
    Work work;
    work.workers = workers;
    work.play = std::move(play);
    work.name = [](std::size_t worker, const WorkerNotes& notes) {
        return "worker " + std::to_string(worker) + " at " + std::to_string(notes.item.load());
    };
    return work;
}

// For as long as it is left alone.
[[noreturn]] void wait_forever() {
    for (;;) ::pause();
}

}  // namespace

TEST_CASE("each worker's result comes back whole, in order") {
    const auto results = run_workers(working(5, [](std::size_t worker, WorkerNotes&) {
        return Result<std::string>(std::string(worker * 1'000'000, 'a') + std::to_string(worker));
    }));
    REQUIRE(results);
    REQUIRE(results->size() == 5);
    for (std::size_t i = 0; i < 5; ++i) {
        CHECK((*results)[i].size() == i * 1'000'000 + 1);
        CHECK((*results)[i].back() == static_cast<char>('0' + i));
    }
}

TEST_CASE("what workers note is seen here") {
    std::int64_t done = 0, found = 0;
    Work work = working(3, [](std::size_t worker, WorkerNotes& notes) {
        notes.done = static_cast<std::int64_t>(worker) + 1;
        notes.found = 10;
        return Result<std::string>("x");
    });
    work.watch = [&](std::span<const WorkerNotes> notes) {
        done = found = 0;
        for (const WorkerNotes& one : notes) {
            done += one.done;
            found += one.found;
        }
    };
    REQUIRE(run_workers(work));
    CHECK(done == 6);
    CHECK(found == 30);
}

TEST_CASE("a worker that dies ends all, and is named with what it did") {
    for (const int signal : {SIGKILL, SIGSEGV, SIGABRT}) {
        const auto results = run_workers(working(3, [&](std::size_t worker, WorkerNotes& notes) {
            notes.item = 40 + worker;
            if (worker != 1) wait_forever();
            struct sigaction usual {};
            usual.sa_handler = SIG_DFL;  // not what a sanitizer or the test's program made of it
            ::sigaction(signal, &usual, nullptr);
            ::kill(::getpid(), signal);
            return Result<std::string>("x");
        }));
        REQUIRE_FALSE(results);
        CHECK(results.error().detail.find("worker 1 at 41 was killed by signal " +
                                          std::to_string(signal)) == 0);
    }
}

TEST_CASE("a worker's exit code and its error are told") {
    const auto left = run_workers(working(2, [](std::size_t worker, WorkerNotes&) {
        if (worker == 1) ::_exit(70);
        wait_forever();
        return Result<std::string>("x");
    }));
    REQUIRE_FALSE(left);
    CHECK(left.error().detail == "worker 1 at 0 ended with exit code 70");
    const auto failed = run_workers(working(2, [](std::size_t worker, WorkerNotes&) {
        if (worker == 0) wait_forever();
        return Result<std::string>(Error(Fault::unauthorised, "no token"));
    }));
    REQUIRE_FALSE(failed);
    CHECK(failed.error().detail == "no token");
    CHECK(failed.error().fault == Fault::unauthorised);
}

TEST_CASE("a signal stops the workers and says so") {
    for (const int signal : {SIGINT, SIGTERM}) {
        const pid_t us = ::getpid();
        const auto results = run_workers(working(2, [&](std::size_t worker, WorkerNotes&) {
            if (worker == 0) ::kill(us, signal);
            wait_forever();
            return Result<std::string>("x");
        }));
        REQUIRE_FALSE(results);
        CHECK(results.error().fault == Fault::cancelled);
        CHECK(::kill(us, 0) == 0);
    }
}

TEST_CASE("a worker deaf to being stopped is killed") {
    const auto results = run_workers(working(2, [](std::size_t worker, WorkerNotes&) {
        ::signal(SIGTERM, SIG_IGN);
        if (worker == 0) return Result<std::string>(Error(Fault::refused, "no"));
        wait_forever();
        return Result<std::string>("x");
    }));
    REQUIRE_FALSE(results);
    CHECK(results.error().detail == "no");
}

TEST_CASE("absurd numbers of workers are refused") {
    for (const std::size_t count : {std::size_t{0}, Work::most_workers + 1}) {
        const auto results = run_workers(
            working(count, [](std::size_t, WorkerNotes&) { return Result<std::string>("x"); }));
        CHECK_FALSE(results);
    }
}
