#pragma once
// Ends a crash loop: remembers which envelope was being handled when the program died, so that one
// it dies of again and again can be put aside.
//
// What is being handled stands in a small file beside the database, mapped into memory: it has to
// outlive the program, not the machine, and costs nothing for each. A row in the database would
// cost a sync. It is kept in the first minute of a run only: who dies later is not in a crash loop.

#include "offline/outbox.hpp"
#include "platform/clock.hpp"

#include <array>
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
    // end of the one before.
    void handling(Handled, Uptime);
    void handled();

private:
    // The file, and what it says. Of this machine's kind: it is never older than the last boot.
    struct Mark {
        std::int64_t sequence = 0;  // 0: nothing
        std::int64_t lane = 0;
        void set(const std::optional<Handled>&);
        std::optional<Handled> get() const;
    };
    struct Record {
        std::array<char, 40> boot{};
        std::int64_t started = 0, last = 0, deaths = 0;
        Mark now, suspect;
    };
    void judge(const Record& before);
    void let_go();              // a disk that fails later must not kill us through its mapping
    Record* record_ = nullptr;  // in the mapping, if there is one
    Record unmapped_;
    bool over_ = false;  // the first minute
};

}  // namespace outrider::offline
