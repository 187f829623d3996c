#pragma once
// Whole files, read and written with their dangers taken care of.

#include "platform/result.hpp"

#include <string>
#include <string_view>

namespace outrider {

// Fault::storage when it cannot be read, too_large beyond `limit` bytes.
Result<std::string> read_file(const std::string& path, std::size_t limit);

// A secret's text without its final newline. Refuses a file that group or others may read or write
// (chmod 0600), one owned by neither us nor root, an empty one and one over 4 KiB; the file is
// opened once and judged by its descriptor. Inside $CREDENTIALS_DIRECTORY systemd's own modes are
// accepted.
Result<std::string> read_secret(const std::string& path);

// Written beside, fsynced and renamed: the old content or the new, never a mixture.
Result<> replace_file(const std::string& path, std::string_view content);

// The directory and its parents exist afterwards; new ones are 0700.
Result<> make_directories(const std::string& path);

}  // namespace outrider
