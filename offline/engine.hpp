#pragma once
// SQLite itself, set up before anything else is asked of it.

namespace outrider::offline {

// For one thread, as all of this program's work with it is: without locks, and without counting
// what it has allocated. Called again it does nothing.
void set_up_engine();

}  // namespace outrider::offline
