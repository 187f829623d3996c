#include "client/office/job_notes.hpp"

#include <string_view>

namespace outrider::office {

Result<> add_note(offline::Database& database, const JobNote& note) {
    return database.run(
        "INSERT INTO job_notes (job, text, pinned, created, created_by) VALUES (?, ?, ?, ?, ?)",
        note.job, std::string_view(note.text), std::int64_t{note.pinned ? 1 : 0}, note.created,
        note.created_by);
}

Result<std::vector<JobNote>> notes_of(offline::Database& database, dispatch::Id job) {
    const auto statement = database.query(
        "SELECT text, pinned, created, created_by FROM job_notes WHERE job = ? ORDER BY id "
        "LIMIT 1000",
        job);
    if (!statement) return statement.error();
    std::vector<JobNote> notes;
    for (;;) {
        const auto more = (*statement)->step();
        if (!more) return more.error();
        if (!*more) return notes;
        JobNote& note = notes.emplace_back();
        note.job = job;
        note.text = (*statement)->text(0);
        note.pinned = (*statement)->integer(1) != 0;
        note.created = (*statement)->instant(2);
        note.created_by = (*statement)->integer(3);
    }
}

}  // namespace outrider::office
