#include "client/cli/console.hpp"

#include "client/cli/exit_code.hpp"

#include <fmt/format.h>

#include <unistd.h>

#include <array>
#include <cerrno>
#include <cmath>
#include <cstdio>
#include <cstring>

namespace outrider::cli {

namespace {

Result<> write_out(std::string_view text) {
    const bool written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size();
    if (written && std::fflush(stdout) == 0) return {};
    return Error(Fault::storage,
                 fmt::format("standard output cannot be written: {}", std::strerror(errno)));
}

void write_err(std::string_view text) { std::fwrite(text.data(), 1, text.size(), stderr); }

}  // namespace

std::string Style::paint(Colour colour, std::string_view text) const {
    static constexpr std::array<const char*, 6> codes = {"", "32", "33", "31", "2", "1"};
    const char* code = codes[static_cast<std::size_t>(colour)];
    if (!colours || *code == '\0') return std::string(text);
    return fmt::format("\x1b[{}m{}\x1b[0m", code, text);
}

Console standard_console(bool no_colour) {
    const bool terminal = isatty(STDOUT_FILENO) == 1;
    return Console{write_out, write_err, Style{terminal && !no_colour}, terminal,
                   isatty(STDERR_FILENO) == 1};
}

int complain(const Console& console, const Error& error) {
    console.err("outrider: " + error.detail + "\n");
    return exit_code_of(error.fault);
}

int finish(const Console& console, const Result<>& written, int code) {
    return written ? code : complain(console, written.error());
}

std::string whole_lines(std::string text) {
    while (text.ends_with('\n')) text.pop_back();
    return text + '\n';
}

std::string age(Duration duration) {
    using namespace std::chrono;
    const auto total =
        duration_cast<seconds>(duration < Duration{} ? Duration{} : duration).count();
    if (total < 120) return fmt::format("{} s", total);
    const auto minutes = total / 60;
    if (minutes < 120) return fmt::format("{} min", minutes);
    const auto hours = minutes / 60;
    if (hours < 48) {
        const auto rest = minutes % 60;
        return rest == 0 ? fmt::format("{} h", hours) : fmt::format("{} h {} min", hours, rest);
    }
    return fmt::format("{} days", hours / 24);
}

std::string grouped(std::int64_t number) {
    std::string digits = fmt::format("{}", number);
    const std::size_t sign = number < 0 ? 1 : 0;
    for (std::size_t i = digits.size(); i > sign + 3;) {
        i -= 3;
        digits.insert(i, ",");
    }
    return digits;
}

std::string size(std::int64_t bytes) {
    static constexpr std::array units = {"bytes", "KiB", "MiB", "GiB"};
    auto amount = static_cast<double>(bytes);
    std::size_t unit = 0;
    for (; amount >= 1000 && unit + 1 < units.size(); ++unit) amount /= 1024;
    return fmt::format("{:.{}f} {}", amount, unit > 0 && amount < 10 ? 1 : 0, units[unit]);
}

std::string harmless(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        // U+0080 to U+009F are commands, too: c2 80 to c2 9f.
        const bool second =
            byte == 0xc2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xa0;
        if (second) ++i;
        out += byte < 0x20 || byte == 0x7f || second ? ' ' : text[i];
    }
    return out;
}

std::string clock_time(Instant instant) { return to_rfc3339(instant).substr(11, 8) + "Z"; }

std::string compass(double track_deg) {
    static constexpr std::array names = {"north", "north-east", "east", "south-east",
                                         "south", "south-west", "west", "north-west"};
    if (!std::isfinite(track_deg)) return "";
    const double turned = track_deg - 360 * std::floor(track_deg / 360);
    return names[static_cast<std::size_t>(std::lround(turned / 45)) % names.size()];
}

}  // namespace outrider::cli
