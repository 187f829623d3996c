#pragma once
// Whole files, read and written with their dangers taken care of.

#include "platform/result.hpp"

#include <string>
#include <string_view>

namespace outrider {

// Fault::storage when it cannot be read, too_large beyond `limit` bytes.
Result<std::string> read_file(const std::string& path, std::size_t limit);

// A file that holds a secret, such as a private key. Refuses one that group or others may read or
// write (chmod 0600) and one owned by neither us nor root; the file is opened once and judged by
// its descriptor. Inside $CREDENTIALS_DIRECTORY systemd's own modes are accepted.
Result<std::string> read_private_file(const std::string& path, std::size_t limit);

// A secret of one line: the text of a private file of 4 KiB at most, without its final newline.
// Refuses an empty one.
Result<std::string> read_secret(const std::string& path);

// Written beside, fsynced and renamed: the old content or the new, never a mixture.
Result<> replace_file(const std::string& path, std::string_view content);

// The directory and its parents exist afterwards; new ones are 0700.
Result<> make_directories(const std::string& path);

}  // namespace outrider
