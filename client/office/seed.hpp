#pragma once
// Fills the books of an office that has none from a file people write.

#include "client/office/books.hpp"

#include <string>
#include <string_view>

namespace outrider::office {

// Only when the books are empty. `seed` is a file, "sample" for the day that is built in, or "" for
// nothing. All of it or nothing; Fault::malformed with the file's line.
Result<> plant(Books&, const std::string& seed);
// The same from TOML text; `name` is what errors call it.
Result<> plant_text(Books&, std::string_view text, const std::string& name);

// Four technicians, three customers, six jobs, eight appointments, around Mountain View, with what
// each table and key of such a file means.
std::string_view sample_day();

}  // namespace outrider::office
