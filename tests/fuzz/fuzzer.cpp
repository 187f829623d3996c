// libFuzzer's entry: one program for each target, named by TARGET.

#include "platform/log.hpp"
#include "tests/fuzz/targets.hpp"

#include <cstddef>
#include <cstdint>

extern "C" int LLVMFuzzerInitialize(int*, char***) {
    outrider::set_log_level(outrider::Level::error);
    return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    outrider::fuzz::TARGET({reinterpret_cast<const char*>(data), size});
    return 0;
}
