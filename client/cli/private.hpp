#pragma once
// What is kept of the technician, as people read it.

#include "client/api/privacy.hpp"
#include "client/cli/console.hpp"

#include <string>

namespace outrider::cli {

// "nothing is kept: private mode since 14:02Z, until 15:02Z"; "" while it is kept.
std::string not_kept(const api::PrivacyView&);
std::string render(const api::PrivacyView&, Style);
std::string render(const api::PrivacyReport&, Style);
std::string render(const api::ForgetAnswer&, Style);

}  // namespace outrider::cli
