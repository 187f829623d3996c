#pragma once
// A report as one page that needs nothing but a browser.

#include "client/fleet/part.hpp"

#include <string>

namespace outrider::fleet {

std::string report_html(const Part&);

}  // namespace outrider::fleet
