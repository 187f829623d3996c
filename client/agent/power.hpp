#pragma once
// Whether the vehicle still feeds this device: what is left when it does not is a second or two.

#include <optional>
#include <string>

namespace outrider::agent {

struct PowerSettings {
    std::string online_file;  // says 1 while there is power: a GPIO's value, say
    std::string supplies = "/sys/class/power_supply";  // asked when there is no such file
};

// Nothing when nobody can tell: no file, and no mains or USB supply the kernel knows of.
std::optional<bool> fed(const PowerSettings&);

}  // namespace outrider::agent
