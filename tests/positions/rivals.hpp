#pragma once
// The rules that others report by, for comparison: which fixes each would send.

#include "gps/verdict.hpp"

#include <functional>
#include <string>
#include <vector>

namespace outrider::positions {

struct Rival {
    std::string name;
    std::function<std::vector<gps::Judged>(const std::vector<gps::Fix>&)> judge;
};

std::vector<Rival> rivals();

}  // namespace outrider::positions
