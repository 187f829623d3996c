#pragma once
// What may not wait for ever: pings grow too old, and queues too long.

#include "offline/store.hpp"

namespace outrider::agent {

struct RetentionLimits {
    std::chrono::days keep{14};  // undelivered pings older than this expire
    std::int64_t rows = 1'000'000;
    std::int64_t bytes = 256 * 1024 * 1024;
};

// Actions are never touched.
class Retention {
public:
    Retention(offline::Store& store, RetentionLimits limits) : store_(store), limits_(limits) {}

    // Pings written before `now` minus the time to keep expire, a thousand at a time.
    void expire(Instant now);
    // While the queue is over its limits the oldest pings lose resolution: first those that the way
    // between their neighbours tells within 10 m, then within 50 m, 250 m and 1,250 m; only what is
    // too much even then is dropped, the oldest first. Bounded work; call it often.
    void make_room(Instant now, Uptime);

private:
    bool too_long() const;
    Result<std::int64_t> thin(Instant now, Uptime);
    Result<std::int64_t> drop(Instant now);
    offline::Store& store_;
    RetentionLimits limits_;
    std::int64_t from_ = 0;     // what is before this has been thinned to the tolerance
    std::int64_t settled_ = 0;  // and before this to the last one
    double tolerance_m_ = 10;
    bool relieving_ = false;  // until there is a little room
};

}  // namespace outrider::agent
