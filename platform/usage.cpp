#include "platform/usage.hpp"

#include <fmt/format.h>

#include <malloc.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>

namespace outrider {
namespace {

double seconds(const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

}  // namespace

Usage usage_of_this_process() {
    Usage usage;
    rusage used{};
    if (::getrusage(RUSAGE_SELF, &used) == 0) {
        usage.cpu_s = seconds(used.ru_utime) + seconds(used.ru_stime);
        usage.most_memory_bytes = std::int64_t{used.ru_maxrss} * 1024;
    }
    std::int64_t all = 0, resident = 0;
    std::ifstream("/proc/self/statm") >> all >> resident;
    usage.memory_bytes = resident * ::sysconf(_SC_PAGESIZE);
    return usage;
}

void keep_freed_memory() {
    constexpr int large = 256 * 1024 * 1024;
    ::mallopt(M_MMAP_THRESHOLD, 32 * 1024 * 1024);  // the largest there may be
    ::mallopt(M_TRIM_THRESHOLD, large);
}

Result<> allow_open_files(std::size_t count) {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= count) return {};
    if (limit.rlim_max >= count) {
        const rlimit raised{count, limit.rlim_max};
        if (::setrlimit(RLIMIT_NOFILE, &raised) == 0) return {};
    }
    return Error(Fault::refused,
                 fmt::format("{} open files and sockets are needed and {} allowed: raise the limit "
                             "with `ulimit -n {}`, as root or in limits.conf where the shell may "
                             "not",
                             count, limit.rlim_max, count));
}

}  // namespace outrider
