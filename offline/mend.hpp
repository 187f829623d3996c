#pragma once
// The books after a salvage: what was lost is counted, and no number is ever used twice.
//
// Envelopes nothing is known of any more leave with Cause::lost. When the ledger itself was lost or
// may be stale, numbering goes on a million later: those between leave with Cause::skipped.

#include "offline/database.hpp"

namespace outrider::offline {

Result<> mend_books(Database& fresh, Salvage&);

}  // namespace outrider::offline
