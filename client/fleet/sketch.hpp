#pragma once
// A technician's way while it is driven, with few enough spots for the map.

#include "client/fleet/figures.hpp"
#include "client/fleet/sky.hpp"

#include <cstdint>
#include <vector>

namespace outrider::fleet {

class Sketch {
public:
    explicit Sketch(std::int64_t technician, const Town& town = {}) : chart_(town) {
        trail_.technician = technician;
    }
    void drove(const Place&);
    void reported(double latitude, double longitude);
    const Trail& trail() const { return trail_; }

private:
    // Every so manieth spot; of too many, every other one of them.
    struct Pace {
        std::int64_t every = 1, seen = 0;
    };
    static void add(std::vector<Spot>&, Pace&, double east_m, double north_m);

    Chart chart_;
    Trail trail_;
    Pace driven_, reported_;
};

}  // namespace outrider::fleet
