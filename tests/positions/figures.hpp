#pragma once
// What is measured, and what is asked of it.

#include <string>
#include <vector>

namespace outrider::positions {

struct Figure {
    enum class Asked { at_most, at_least };
    std::string key;  // in the JSON
    double value = 0;
    Asked asked = Asked::at_most;
    double limit = 0;
    std::string of;  // what it was measured on, in words

    bool kept() const { return asked == Asked::at_most ? value <= limit : value >= limit; }
};

// Of nothing there is no share: it keeps no limit.
double share(std::size_t part, std::size_t all);

void print(const std::vector<Figure>&);
bool write_json(const std::vector<Figure>&, const std::string& path);

}  // namespace outrider::positions
