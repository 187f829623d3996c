#pragma once
// Whether the vehicle has come to one of the places it is expected at, and has left it again.
// Pure, and of constant cost: nothing here has a clock.

#include "gps/motion.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace outrider::gps {

struct ArrivalSettings {
    double radius_m = 75;        // around a place; twice the fix's accuracy where that is more
    double stand_radius_m = 20;  // all fixes of a stand
    Duration stood = std::chrono::seconds(25);        // so long a stand: it may be asked
    Duration certain = std::chrono::seconds(90);      // so long: nobody need be asked
    Duration longest_gap = std::chrono::seconds(60);  // between two fixes of one stand
    double leave_factor = 1.5;                        // of the radius; farther away it has left,
    int leave_confirmations = 2;                      // so many fixes running
    double worst_accuracy_m = 100;                    // worse than this, a fix tells nothing,
    double certain_accuracy_m = 40;                   // and than this, nothing for certain
    double rolling_mps = 2;                           // as fast as this no stand begins
};

struct Place {
    std::int64_t id = 0;
    double latitude = 0, longitude = 0;
    bool operator==(const Place&) const = default;
};

// How the vehicle is to one place.
struct Presence {
    enum class State : std::uint8_t {
        away,   // it has not been there
        near,   // within the radius, and has not stood there
        stood,  // it has, and has not left since
        gone,   // it was near or stood, and has left
    };
    State state = State::away;
    Instant since{};       // the first fix of the stand, for stood and gone; 1970: it never stood
    Instant came{};        // ... of the first stand there, of which a hole has ended any
    Instant left{};        // the first fix beyond, for gone
    bool certain = false;  // it stood there long enough, and within reach of no other place
};

// Where it stands.
struct Stand {
    Instant since{}, last{};  // by its fixes
    double latitude = 0, longitude = 0;
    int fixes = 0;
};

class Arrival {
public:
    static constexpr std::size_t most_places = 32;

    explicit Arrival(ArrivalSettings settings = {}) : settings_(settings) {}

    // The places to look out for, most_places of them at the most. Of one that was expected before,
    // at the same coordinates, what is known stays known.
    void expect(std::span<const Place>);
    // A believed fix, with what is thought of the vehicle's motion after it. Returns whether any
    // place's state or certainty is another one now.
    bool update(const Fix& believed, MotionState);

    // Null for a place that is not expected.
    const Presence* at(std::int64_t place) const;
    // For how long it has been standing within reach of that one, as of the last fix and without a
    // hole in the fixes; nothing: it does not stand there.
    std::optional<Duration> standing(std::int64_t place) const;
    // Whether that one and another one of these places cannot be told apart by where it stands.
    bool ambiguous(std::int64_t place, std::int64_t other) const;
    const std::optional<Stand>& stand() const { return stand_; }

private:
    struct Watched {
        Place place;
        Presence presence;
        bool within = false;   // reach of the stand, as of the last fix
        bool doubted = false;  // a hole came after the stand
        int outside = 0;       // fixes running
        Instant outside_since{};
    };
    std::span<Watched> watched() { return std::span(watched_).first(count_); }
    std::span<const Watched> watched() const { return std::span(watched_).first(count_); }
    bool tells(const Fix&) const;
    void follow_stand(const Fix&);
    void doubt();
    bool look(Watched&, const Fix&, double reach_m, bool stands);
    bool leaves(Watched&, const Fix&, double leave_m);
    bool be_certain();

    ArrivalSettings settings_;
    std::array<Watched, most_places> watched_;
    std::size_t count_ = 0;
    std::optional<Stand> stand_;
    std::optional<Stand> stray_;   // the one fix outside the stand, which may be a jump
    std::optional<Instant> last_;  // fix that told something
};

}  // namespace outrider::gps
