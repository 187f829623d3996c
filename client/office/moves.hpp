#pragma once
// Carries out what technicians and the office itself do, by the rule, each once.

#include "client/api/move.hpp"
#include "client/office/books.hpp"

#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace outrider::office {

using Judged = std::variant<api::Moved, dispatch::Refusal>;

// Judged by how things are now, whatever the move's `happened` says; that is what timesheets show.
// In one transaction with everything that follows from it. An id that was carried out is answered
// again, as `repeated`, and changes nothing; a refusal changes nothing either. Both are logged.
// Fault::refused: the same id came with another content, or the verb needs what the move lacks.
// Technician 0, the office's only: everybody on the appointment who can.
Result<Judged> carry_out(Books&, const api::Move&, dispatch::Who);

// The office's own, without an id: all of them or none. `by` is the user who does it.
Result<Judged> assign(Books&, Id appointment, std::span<const Id> technicians, Id by);
Result<Judged> unassign(Books&, Id appointment, std::span<const Id> technicians);

// Moves told of, in the order they came, after `id`.
Result<std::vector<LoggedMove>> logged_moves(Books&, std::int64_t id, std::size_t limit);

// One move within a transaction of the caller's, and everything that follows from it.
struct Deed {
    dispatch::Action action;
    Instant happened{};
    bool quiet = true;
    std::string action_id;
    Id by = 0;  // who assigns
};
// For whom it changed something, or why it may not be done.
Result<std::variant<std::vector<Id>, dispatch::Refusal>> perform(Books&, const Deed&);

}  // namespace outrider::office
