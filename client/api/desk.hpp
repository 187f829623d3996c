#pragma once
// The other half of the office: what it says of a technician's day, and being told of their moves.

#include "client/api/move.hpp"
#include "client/api/office_day.hpp"
#include "platform/async.hpp"

#include <functional>
#include <optional>
#include <vector>

namespace outrider::api {

class Desk {
public:
    virtual ~Desk() = default;
    // The day as it is now. `last` is what was said before, and may be empty: what has not changed
    // since need not be asked for again. Errors as Uplink::deliver's.
    // `owed` are appointments it has to speak of whatever the technician may see: taps wait for
    // them.
    virtual Async<Result<OfficeDay>> read(OfficeDay last, std::vector<dispatch::Id> owed) = 0;
    // Tells the office of one move of the technician's. The same id has one effect, also when an
    // answer was lost. Nothing: it is done. A refusal is the office's and final for now; an error
    // means nothing is known to have happened (`ambiguous`: it may have).
    // Whether it is `quiet` is asked when it goes out: a token may have to be fetched first.
    using Quiet = std::function<bool()>;
    virtual Async<Result<std::optional<dispatch::Refusal>>> tell(Move, OfficeDay day,
                                                                 Quiet quiet) = 0;
    // Whether this way can tell the office of such a move at all.
    virtual bool takes(dispatch::Verb) const = 0;
    // Whether what it was told comes back in what it says: the stand-in's does. ServiceTitan's
    // assignments need not change when a timesheet activity begins.
    virtual bool shows_moves() const = 0;
    // Whether it can be told when the technician will be there, for the customer's page.
    // ServiceTitan has no operation for that.
    virtual bool takes_estimates() const { return false; }
    virtual Async<Result<>> tell_estimate(Estimate) { co_return Result<>(); }
};

}  // namespace outrider::api
