#pragma once
// Notes on jobs, as they were left for the office.

#include "client/dispatch/day.hpp"
#include "offline/database.hpp"

#include <string>
#include <vector>

namespace outrider::office {

struct JobNote {
    dispatch::Id job = 0;
    std::string text;
    bool pinned = false;
    Instant created{};
    dispatch::Id created_by = 0;
};

Result<> add_note(offline::Database&, const JobNote&);
// The first thousand, in the order they came.
Result<std::vector<JobNote>> notes_of(offline::Database&, dispatch::Id job);

}  // namespace outrider::office
