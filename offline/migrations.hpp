#pragma once
// How the store's file came to look as it does: one step per released schema, never changed again.

#include "offline/database.hpp"

#include <span>

namespace outrider::offline {

// A migration adds; it never drops a table, a column or a row.
std::span<const Migration> store_migrations();

}  // namespace outrider::offline
