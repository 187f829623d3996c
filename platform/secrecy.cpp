#include "platform/secrecy.hpp"

#include <sys/prctl.h>
#include <sys/resource.h>

namespace outrider {

// Neither can fail for want of a right. The limit alone would not do: a core_pattern that is a
// program gets the core whatever the limit.
void seal_memory() {
    const rlimit none{0, 0};
    (void)::setrlimit(RLIMIT_CORE, &none);
    (void)::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

}  // namespace outrider
