#pragma once
// What became of a fix, for people.

#include "client/api/local_why.hpp"
#include "client/cli/console.hpp"

#include <string>

namespace outrider::cli {

// The sentence, then the fixes around, those that were asked for with a mark.
std::string render(const api::Why&, Style);

}  // namespace outrider::cli
