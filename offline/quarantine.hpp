#pragma once
// Where damaged database files go: beside the good one, numbered and dated, the last three of them.
//
// The good one is built under a name of its own; once that is complete and on the disk it is named
// "salvaged", and from then on the change of names is finished by whoever comes next, whatever
// happens in between.

#include "offline/folder.hpp"
#include "platform/clock.hpp"
#include "platform/result.hpp"

#include <string>

namespace outrider::offline {

std::string damaged_prefix(const std::string& path);  // of their names
std::string building_name(const std::string& path);
// Declares the built file complete. Returns where finish_salvage will put the damaged one.
Result<std::string> declare_complete(Folder&, const std::string& path, Instant now);
// Puts a complete one in place, when there is one, and removes an incomplete one.
Result<> finish_salvage(Folder&, const std::string& path);

}  // namespace outrider::offline
