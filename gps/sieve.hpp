#pragma once
// Which fixes to believe.

#include "gps/verdict.hpp"

#include <map>
#include <optional>
#include <vector>

namespace outrider::gps {

struct SieveSettings {
    double accuracy_m = 100;              // a worse estimate is not believed
    double max_implied_speed_mps = 70;    // between two believed fixes
    Duration future = std::chrono::hours(24), past = std::chrono::hours(24);  // around the wall clock
};

class Sieve {
public:
    explicit Sieve(SieveSettings);
    // Appends a believed fix to `believed`, any other with its verdict to `rejected`. A fix may come
    // out later than it went in, but always in order.
    void add(const Fix&, Instant wall, std::vector<Fix>& believed, std::vector<Judged>& rejected);

private:
    struct Receiver {
        Fix last;                 // the last believed fix
        std::vector<Fix> doubted;  // in a row, after `last`: four that agree are the new truth
    };
    SieveSettings settings_;
    std::map<std::string, Receiver, std::less<>> receivers_;
};

}  // namespace outrider::gps
