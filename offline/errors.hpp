#pragma once
// SQLite's result codes in words: which file, what happened to it, and the fix.

#include "platform/result.hpp"

#include <string>
#include <string_view>

struct sqlite3;

namespace outrider::offline {

// What went wrong in the connection's latest call. `db` may be null.
Error storage_error(sqlite3* db, int code);
// `code` is SQLite's, `system` an errno or 0, `words` what SQLite or a check said.
Error storage_error(const std::string& path, int code, int system, std::string_view words);

}  // namespace outrider::offline
