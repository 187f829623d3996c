#include "platform/log.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

namespace outrider {
namespace {

constexpr std::size_t longest_line = 2000;
constexpr Duration longest_gap = std::chrono::minutes(60);

Level threshold = Level::info;

struct NamedLevel {
    std::string_view name;
    Level level;
};
constexpr std::array<NamedLevel, 5> levels = {{
    {"error", Level::error},
    {"warning", Level::warning},
    {"notice", Level::notice},
    {"info", Level::info},
    {"debug", Level::debug},
}};

// The length of the well-formed, printable UTF-8 character that `text` starts with; 0 if none.
std::size_t printable(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char lead = byte(0);
    if (lead < 0x80) return lead >= 0x20 && lead != 0x7f ? 1 : 0;
    const std::size_t length = lead >= 0xc2 && lead < 0xe0   ? 2
                               : lead >= 0xe0 && lead < 0xf0 ? 3
                               : lead >= 0xf0 && lead < 0xf5 ? 4
                                                             : 0;
    if (length == 0 || length > text.size()) return 0;
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(i) & 0xc0) != 0x80) return 0;
    }
    // Overlong forms, surrogates, beyond U+10FFFF, and the control characters U+0080 to U+009F.
    const unsigned char second = byte(1);
    const bool wrong = (lead == 0xe0 && second < 0xa0) || (lead == 0xed && second > 0x9f) ||
                       (lead == 0xf0 && second < 0x90) || (lead == 0xf4 && second > 0x8f) ||
                       (lead == 0xc2 && second < 0xa0);
    return wrong ? 0 : length;
}

void append_escaped(std::string& out, std::string_view line, std::size_t room) {
    while (!line.empty()) {
        const std::size_t length = printable(line);
        const unsigned char first = static_cast<unsigned char>(line.front());
        std::string piece = length > 0             ? std::string(line.substr(0, length))
                            : line.front() == '\n' ? std::string("\\n")
                            : line.front() == '\t' ? std::string("\\t")
                                                   : fmt::format("\\x{:02x}", first);
        if (out.size() + piece.size() > room) {
            out += "...";
            return;
        }
        out += piece;
        line.remove_prefix(std::max<std::size_t>(length, 1));
    }
}

}  // namespace

Result<Level> parse_level(std::string_view text) {
    const auto found = std::ranges::find(levels, text, &NamedLevel::name);
    if (found != levels.end()) return found->level;
    return Error(Fault::malformed,
                 fmt::format("\"{}\" is no log level: use error, warning, notice, "
                             "info or debug",
                             text));
}

void set_log_level(Level level) { threshold = level; }

void log(Level level, std::string_view line) try {
    if (level > threshold) return;
    std::string out;
    if (::isatty(STDERR_FILENO) == 0) out = fmt::format("<{}>", static_cast<int>(level));
    append_escaped(out, line, longest_line - 4);
    out += '\n';
    // One write, so that lines of several processes never mix; what does not fit is given up.
    ssize_t written = 0;
    do {
        written = ::write(STDERR_FILENO, out.data(), out.size());
    } while (written < 0 && errno == EINTR);
} catch (...) {
    // A log line that cannot be made is not worth the service.
}

bool FallingRate::due(Uptime now) {
    if (last_ && now - *last_ < gap_) {
        ++held_back_;
        return false;
    }
    gap_ = last_ ? std::min(gap_ * 2, longest_gap) : std::chrono::minutes(1);
    last_ = now;
    suppressed_ = std::exchange(held_back_, 0);
    return true;
}

}  // namespace outrider
