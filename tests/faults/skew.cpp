// Loaded before the C library it makes the wall clock wrong by as many seconds as stand, as eight
// bytes, in the file that SKEW_FILE names, and at once by others when they change. The monotonic
// clock and all timers stay as they are, as they do when somebody sets a clock. (faketime's library
// changes timerfd as well, and makes Asio's timers fail.)
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <ctime>

namespace {

const volatile std::int64_t* map_skew() {
    const char* path = std::getenv("SKEW_FILE");
    const int file = path == nullptr ? -1 : ::open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return nullptr;
    void* mapped = ::mmap(nullptr, sizeof(std::int64_t), PROT_READ, MAP_SHARED, file, 0);
    ::close(file);
    return mapped == MAP_FAILED ? nullptr : static_cast<const volatile std::int64_t*>(mapped);
}

timespec wrong(clockid_t id) {
    static const volatile std::int64_t* const skew = map_skew();
    timespec now{};
    ::syscall(SYS_clock_gettime, id, &now);
    const bool wall = id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE;
    if (wall && skew != nullptr) now.tv_sec += *skew;
    return now;
}

}  // namespace

extern "C" {

int clock_gettime(clockid_t id, timespec* into) noexcept {
    *into = wrong(id);
    return 0;
}

int gettimeofday(timeval* into, void*) noexcept {
    const timespec now = wrong(CLOCK_REALTIME);
    into->tv_sec = now.tv_sec;
    into->tv_usec = now.tv_nsec / 1000;
    return 0;
}

time_t time(time_t* into) noexcept {
    const time_t now = wrong(CLOCK_REALTIME).tv_sec;
    if (into != nullptr) *into = now;
    return now;
}
}
