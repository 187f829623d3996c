// The office's own operations on its port, plainly not ServiceTitan's: a technician's moves, and
// what the office knows of them that ServiceTitan's API cannot say.

#include "client/office/operations.hpp"
#include "client/office/protocol.hpp"
#include "client/office/query.hpp"
#include "client/office/tracking.hpp"

namespace outrider::office {

http::Response office_actions(const Call& call) {
    Query query(call);
    if (auto objection = query.objection()) return std::move(*objection);
    return post_action(call.books, dispatch::Who::technician, call.request);
}

http::Response office_technician(const Call& call) {
    Query query(call);
    if (auto objection = query.objection()) return std::move(*objection);
    const Id id = id_of(call);
    return id == 0 ? no_id(call) : get_technician(call.books, id);
}

http::Response office_estimates(const Call& call) {
    Query query(call);
    if (auto objection = query.objection()) return std::move(*objection);
    return post_estimate(call.books, call.request);
}

http::Response office_tracking(const Call& call) {
    return tracking_answer(call.books, call.variable, call.request);
}

}  // namespace outrider::office
