#pragma once
// The books as a table that adds up line by line, and the proof beside them.

#include "client/cli/console.hpp"
#include "offline/store.hpp"

#include <string>

namespace outrider::cli {

// What the agent says is wrong, and what this side finds wrong in its sums.
std::vector<std::string> objections(const offline::Audit&);
std::string render(const offline::Audit&, Style);
std::string render(const offline::Custody&, Style);

}  // namespace outrider::cli
