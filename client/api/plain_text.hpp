#pragma once
// Texts of the office's, made fit for a screen.

#include <cstddef>
#include <string>
#include <string_view>

namespace outrider::api {

// Without control characters but line ends, and cut between characters to at most `most` bytes,
// "…" included. `text` is UTF-8.
std::string cleaned(std::string_view text, std::size_t most);

// What a reader would see of HTML: no tags, scripts, styles and comments; entities decoded;
// paragraphs, items and <br> on lines of their own. Cleaned and cut likewise. Plain text stays as
// it is: a '<' begins a tag only before a letter, '/' or '!'.
std::string plain_text(std::string_view html, std::size_t most);

}  // namespace outrider::api
