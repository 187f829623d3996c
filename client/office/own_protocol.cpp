// The office's own operations on its port, plainly not ServiceTitan's: a technician's moves, and
// what the office knows of them that ServiceTitan's API cannot say.

#include "client/api/move.hpp"
#include "client/api/results.hpp"
#include "client/office/moves.hpp"
#include "client/office/operations.hpp"
#include "client/office/query.hpp"

#include <variant>

namespace outrider::office {

http::Response office_actions(const Call& call) {
    Query query(call);
    if (auto objection = query.objection()) return std::move(*objection);
    if (!api::is_json(call.request.headers)) return refused(call, 415, "Unsupported Media Type");
    const auto move = api::parse_move(call.request.body);
    if (!move) return invalid(call, {{"$", {move.error().detail}}});
    const auto judged = carry_out(call.books, *move, dispatch::Who::technician);
    if (!judged && judged.error().fault == Fault::refused) {
        return invalid(call, {{"$", {judged.error().detail}}});
    }
    if (!judged) return broken(call, judged.error());
    if (const auto* refusal = std::get_if<dispatch::Refusal>(&*judged)) {
        return json_answer(409, api::to_json(*refusal));
    }
    return json_answer(200, api::to_json(std::get<api::Moved>(*judged)));
}

http::Response office_technician(const Call& call) {
    Query query(call);
    if (auto objection = query.objection()) return std::move(*objection);
    const Id id = id_of(call);
    if (id == 0) return no_id(call);
    const auto technician = call.books.find<Technician>(id);
    if (!technician) return broken(call, technician.error());
    if (!*technician) return refused(call, 404, "Not Found");
    api::Standing standing;
    standing.technician = id;
    standing.name = (*technician)->name;
    standing.rights = call.books.rights(**technician);
    standing.as_of = call.clock.now();
    return json_answer(200, api::to_json(standing));
}

}  // namespace outrider::office
