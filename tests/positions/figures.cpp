#include "tests/positions/figures.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cmath>
#include <fstream>
#include <iostream>

namespace outrider::positions {

double share(std::size_t part, std::size_t all) {
    return all == 0 ? std::nan("") : static_cast<double>(part) / static_cast<double>(all);
}

void print(const std::vector<Figure>& figures) {
    std::cout << fmt::format("\n{:<24} {:>9} {:>9}      measured on\n", "figure", "is", "asked");
    for (const Figure& figure : figures) {
        const char* sign = figure.asked == Figure::Asked::at_most ? "≤" : "≥";
        std::cout << fmt::format("{:<24} {:>9.5g} {} {:>7.5g} {:<4} {}\n", figure.key, figure.value,
                                 sign, figure.limit, figure.kept() ? "" : "MISS", figure.of);
    }
}

bool write_json(const std::vector<Figure>& figures, const std::string& path) {
    nlohmann::ordered_json json;
    for (const Figure& figure : figures) json[figure.key] = figure.value;
    std::ofstream file(path);
    file << json.dump(2) << "\n";
    return static_cast<bool>(file);
}

}  // namespace outrider::positions
