// Loaded before the C library it makes the program die of one record: rounding a number while the
// guard's file (GUARD_FILE) says that the record with the number POISON is being handled.
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmath>
#include <csignal>
#include <cstdint>
#include <cstdlib>

namespace {

// Where the file has it: see offline/crash_guard.hpp.
constexpr int words_before = (40 + 3 * 8) / 8;

const volatile std::int64_t* map_guard() {
    const char* path = std::getenv("GUARD_FILE");
    const int file = path == nullptr ? -1 : ::open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return nullptr;
    constexpr std::size_t size = (words_before + 1) * sizeof(std::int64_t);
    void* mapped = ::mmap(nullptr, size, PROT_READ, MAP_SHARED, file, 0);
    ::close(file);
    return mapped == MAP_FAILED ? nullptr : static_cast<const volatile std::int64_t*>(mapped);
}

}  // namespace

extern "C" long lround(double value) noexcept {
    static const volatile std::int64_t* const guard = map_guard();
    static const char* const poison = std::getenv("POISON");
    if (guard != nullptr && poison != nullptr && guard[words_before] == std::atoll(poison)) {
        std::raise(SIGSEGV);
    }
    return static_cast<long>(std::round(value));
}
