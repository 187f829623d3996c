#pragma once
// This program several times over, to use several cores: forked before anything else runs.

#include "platform/result.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

namespace outrider {

// What a worker writes while it works, for whoever waits for it.
struct WorkerNotes {
    std::atomic<std::uint64_t> item{0};  // that it works at
    std::atomic<std::int64_t> done{0}, found{0};
};

struct Work {
    static constexpr std::size_t most_workers = 1024;
    static constexpr std::size_t most_bytes = 256UL * 1024 * 1024;  // of a result

    std::size_t workers = 1;
    std::function<Result<std::string>(std::size_t worker, WorkerNotes&)> play;  // in the worker
    std::function<void(std::span<const WorkerNotes>)> watch;  // here, about once a second
    std::function<std::string(std::size_t worker, const WorkerNotes&)> name;  // for errors
};

// Each one's result. One that fails or dies ends all, and so does SIGINT or SIGTERM sent here
// (Fault::cancelled); none outlives the call or this process.
Result<std::vector<std::string>> run_workers(const Work&);

}  // namespace outrider
