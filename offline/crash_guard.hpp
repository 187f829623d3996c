#pragma once
// Ends a crash loop: remembers which envelope was being handled when the program died, so that one
// it dies of again and again can be put aside.
//
// What is being handled stands in a small file beside the database, written without a sync: it has
// to outlive the program, not the machine. A row in the database would cost a sync for each. And it
// is written in the first minute of a run only: who dies later is not in a crash loop.

#include "offline/outbox.hpp"
#include "platform/clock.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace outrider::offline {

struct Handled {
    Lane lane = Lane::pings;
    std::int64_t sequence = 0;
    bool operator==(const Handled&) const = default;
};

class CrashGuard {
public:
    static constexpr int deaths_to_tell = 3;
    static constexpr Duration quick{60'000};  // a program that has lived longer starts afresh

    // Never fails: without its file there is no guard. An empty path is none.
    CrashGuard(std::string path, Uptime started);
    ~CrashGuard();
    CrashGuard(const CrashGuard&) = delete;
    CrashGuard& operator=(const CrashGuard&) = delete;

    // What the last three runs died of, each within a minute of its start and all handling this.
    std::optional<Handled> culprit() const;
    // Before and after whatever may go wrong with that one envelope, and never across a wait: who
    // is killed for another reason while he waits would blame it. The next one's beginning is the
    // end of the one before. A write each, no sync; none after the first minute.
    void handling(Handled, Uptime);
    void handled();

private:
    void read();
    void write() const;
    int file_ = -1;
    std::string boot_;
    Uptime started_{}, last_{};
    std::optional<Handled> now_, suspect_;
    int deaths_ = 0;
};

}  // namespace outrider::offline
