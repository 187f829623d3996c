#pragma once
// What this process takes of the machine, and what it may take.

#include "platform/result.hpp"

#include <cstddef>
#include <cstdint>

namespace outrider {

struct Usage {
    double cpu_s = 0;                                      // of all its threads, since its start
    std::int64_t memory_bytes = 0, most_memory_bytes = 0;  // resident, now and ever
};
Usage usage_of_this_process();

// What is freed is not given back, for work that takes and frees the same megabytes again and
// again.
void keep_freed_memory();

// Makes sure that so many files and sockets may be open at once, raising the soft limit as far as
// the hard one. Fault::refused naming both numbers and the way to raise it.
Result<> allow_open_files(std::size_t count);

}  // namespace outrider
