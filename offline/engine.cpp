#include "offline/engine.hpp"

#include <sqlite3.h>

namespace outrider::offline {

void set_up_engine() {
    static const bool done = [] {
        // Where somebody was quicker they are refused, and it works as it does by itself.
        sqlite3_config(SQLITE_CONFIG_SINGLETHREAD);
        sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
        return true;
    }();
    static_cast<void>(done);
}

}  // namespace outrider::offline
