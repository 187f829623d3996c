#pragma once
// The office's one file: what arrived (Archive) and the company (Books).

#include "offline/database.hpp"

#include <memory>
#include <string>

namespace outrider::office {

// Errors: see offline::Database::open.
Result<std::unique_ptr<offline::Database>> open_database(const std::string& path);

}  // namespace outrider::office
