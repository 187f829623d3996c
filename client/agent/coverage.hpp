#pragma once
// Of the minutes that should have been tracked: which were, and why the others were not.

#include "client/api/local_coverage.hpp"
#include "gps/source.hpp"
#include "gps/verdict.hpp"
#include "offline/notebook.hpp"
#include "platform/clock.hpp"

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace outrider::agent {

// What a minute was. The letters stand on the disk: append, never change.
enum class Minute : char {
    unknown = '.',  // nobody was there to see it, and nobody had to be
    off = '-',      // not to be tracked
    covered = '+',  // a believed fix was seen
    no_gpsd = 'g',  // the rest: one was expected, and
    no_device = 'd',
    no_fix = 'f',
    unbelieved = 'u',  // fixes came, and were not believed
    clock = 'c',       // nor was their time
    agent_down = 'a',
    hidden = 'p',  // private: nothing may be kept, so nothing was expected
};
std::string_view name(Minute);  // "gpsd down", …; "" for what is no gap

// Why there is no believed fix at this moment; `newest_rejection` of those since the last one.
Minute cause_of(gps::SourceState, const std::optional<gps::Judgement>& newest_rejection);

// Pure: told what is seen, asked for what it makes of it. A minute counts as covered by one
// believed fix, otherwise as what was seen most in it. Minutes are those of GPS time; those of a
// run that has none yet are placed by the wall clock, and placed again once there is. So a wall
// clock that jumps makes no gap.
class Coverage {
public:
    Coverage(Uptime start, std::chrono::days keep);
    // Whether a moment at which the program did not run should have been tracked, given until when
    // the time before it was to be (nothing: it was not). Without it, what was goes on.
    using Expected = std::function<bool(Instant, std::optional<Instant> until)>;
    void expecting(Expected expected) { expected_ = std::move(expected); }

    struct Sight {
        Instant wall{};
        Uptime uptime{};
        std::optional<Instant> by_gps;  // the time now, where the receiver's is trusted
        Minute minute = Minute::unknown;
    };
    void see(const Sight&);

    // A page for each day, its own words: "coverage 2026-11-21" says "1 480-605+3f352.".
    static constexpr std::string_view page_prefix = "coverage ";
    void load(std::string_view name, std::string_view text);  // what is damaged says nothing
    // Those that have changed since the last call; an empty text is no page any more.
    struct Page {
        std::string name, text;
    };
    std::vector<Page> changed_pages();
    bool changed() const { return changed_; }

    // The stretch of work up to now: since two hours that were not to be tracked, or a day.
    api::Coverage of_shift() const;
    std::vector<api::Coverage> of_days() const;  // those with something expected or private
    // The minute of that moment, and how long it was so.
    struct Stretch {
        Minute minute = Minute::unknown;
        Instant from{}, to{};
    };
    Stretch around(Instant) const;

private:
    static constexpr std::int64_t a_day = 24 * 60;
    using Day = std::array<Minute, a_day>;
    using Days = std::map<std::int64_t, Day>;  // by days since 1970

    void close();  // the open minute
    Minute so_far() const;
    std::int64_t now() const;
    void append(Days&, std::int64_t& last, std::int64_t minute, Minute) const;
    // Minutes that nobody saw, [from, to): the program did not run.
    void fill(Days&, std::int64_t from, std::int64_t to) const;
    std::int64_t lay(Days&) const;
    void place();
    void trim();
    Days shown() const;
    static Minute& cell_of(Days&, std::int64_t minute);
    static Minute at(const Days&, std::int64_t minute);
    static api::Coverage between(const Days&, std::int64_t from, std::int64_t to);

    Uptime start_;
    std::chrono::days keep_;
    Expected expected_;
    Days days_;
    std::vector<Minute> unplaced_;  // of this run, minute by minute since start_
    std::int64_t base_ = 0;         // where the first of them is: by the wall clock
    bool trusted_ = false;          // there are none, and minutes are those of GPS time
    struct Anchor {
        Instant time{};
        Uptime uptime{};
    } anchor_;                              // GPS time then
    std::int64_t open_ = -1;                // the minute under way: since 1970, or since start_
    std::int64_t last_ = -1;                // the newest in days_ that this run has seen
    std::array<std::uint16_t, 10> seen_{};  // in the open one, by kind
    Minute closed_ = Minute::unknown;       // the one before it
    bool changed_ = false;
    std::map<std::int64_t, std::string> pages_;  // of days, as they were last given
};

}  // namespace outrider::agent
