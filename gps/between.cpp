#include "gps/between.hpp"

#include "gps/geodesy.hpp"

#include <chrono>

namespace outrider::gps {

using Seconds = std::chrono::duration<double>;

double metres_between(const Fix& a, const Fix& b) {
    return distance_m(a.latitude, a.longitude, b.latitude, b.longitude);
}

bool no_farther(const Fix& a, const Fix& b, double metres) {
    return no_farther(a.latitude, a.longitude, b.latitude, b.longitude, metres);
}

double in_seconds(Duration d) { return Seconds(d).count(); }

double seconds_between(Instant earlier, Instant later) {
    return Seconds(later.time_since_epoch()).count() - Seconds(earlier.time_since_epoch()).count();
}

}  // namespace outrider::gps
