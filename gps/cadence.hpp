#pragma once
// Which believed fixes to report.

#include "gps/cone.hpp"
#include "gps/motion.hpp"
#include "gps/verdict.hpp"

#include <optional>
#include <vector>

namespace outrider::gps {

struct CadenceSettings {
    double bound_m = 10;                      // see Cadence
    Duration wait = std::chrono::seconds(3);  // how long a fix may wait for the next
    // The longest between pings on the move that the office sees at once, or a customer, too.
    Duration interval = std::chrono::seconds(30), followed_interval = std::chrono::seconds(15);
    // While parked, and while nobody sees them.
    Duration heartbeat_interval = std::chrono::seconds(300);
};

// Who sees a ping when it is made. Offline nobody does: then a ping for freshness is wasted.
enum class Audience : std::uint8_t { nobody, office, customer };

// A guarantee: no believed fix is farther than `bound_m` from the reported track at its own time,
// where the track is straight from each ping to the next. Fewer pings that keep it hardly exist.
//
// So a fix waits until those after it show whether the track needs it: it is the next ping when the
// way from the last ping can not go past it any further (see Cone). Durations are measured on the
// fixes' own times, which the sieve has made increasing; after a step back, when the receiver's
// clock had been ahead, a new track begins.
//
// While parked the receiver wanders. What is beyond the bound then is not believed, unless the
// vehicle turns out to have been leaving.
class Cadence {
public:
    explicit Cadence(CadenceSettings);
    void watched_by(Audience audience) { audience_ = audience; }
    // Appends every verdict that is now certain. Those of believed fixes come in their order.
    void add(const Fix& believed, MotionState, std::vector<Judged>& out);
    // Reports the newest fix, so that a vehicle that is switched off stands where it stands.
    void finish(std::vector<Judged>& out);

private:
    using Verdicts = std::vector<Judged>;
    void travel(const Fix&, Verdicts& out);
    void stand(const Fix&, Verdicts& out);
    void leave(const Fix&, Verdicts& out);
    void follow(const Fix&, Verdicts& out);
    void follow_again(Verdicts& out);
    bool stays(const Fix&) const;
    void drop_oldest_aside(Verdicts& out);
    Fix take_newest_aside(Verdicts& out);
    void end_track(Verdicts& out);
    void report(const Fix&, Judgement, Verdicts& out);
    void report_good(Judgement, Verdicts& out);
    void accept(const Fix&, Verdict passed, Verdict aside, Verdicts& out);
    Duration longest_wait() const;
    Judgement judgement_of(const Fix& passed_over, Verdict) const;

    CadenceSettings settings_;
    Audience audience_ = Audience::office;
    std::optional<Cone> cone_;  // from the newest ping
    Fix reported_;              // it
    std::optional<Fix> good_;   // the newest that can be the next one; without it the cone is new
    std::vector<Fix> aside_;    // after it: those that can not
    std::vector<Fix> again_;    // to be followed once more, from another ping
    MotionState motion_ = MotionState::unknown;
};

}  // namespace outrider::gps
