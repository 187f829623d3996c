#pragma once
// The books after a salvage: what was lost is counted, and no number is ever used twice.
//
// "salvage_lost:pings" are accepted envelopes nothing is known of any more. When the ledger itself
// was lost or may be stale, numbering goes on a million later, counted as "salvage_skipped:pings":
// numbers no envelope ever had.

#include "offline/database.hpp"

namespace outrider::offline {

Result<> mend_books(Database& fresh, Salvage&);

}  // namespace outrider::offline
