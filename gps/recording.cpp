#include "gps/recording.hpp"

#include "gps/recording_body.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <utility>

namespace outrider::gps {
namespace {

constexpr std::size_t head_limit = 64 * 1024;  // what the format is found by
constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

struct FormatRow {
    RecordingFormat format;
    std::string_view name;
    std::unique_ptr<RecordingBody> (*read)(Recording&);
};
constexpr std::array formats{
    FormatRow{RecordingFormat::gpsd, "gpsd", read_gpsd_recording},
    FormatRow{RecordingFormat::nmea, "nmea", read_nmea_recording},
    FormatRow{RecordingFormat::csv, "csv", read_csv_recording},
    FormatRow{RecordingFormat::gpx, "gpx", read_gpx_recording},
};

// "$GPRMC," perhaps with a logger's own words before it.
bool looks_like_nmea(std::string_view line) {
    const auto dollar = line.find('$');
    if (dollar == line.npos || dollar > 64) return false;
    const std::string_view sentence = line.substr(dollar + 1);
    const auto comma = sentence.find(',');
    const auto capital = [](char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); };
    return comma != sentence.npos && comma >= 3 && comma <= 8 &&
           std::ranges::all_of(sentence.substr(0, comma), capital);
}

bool looks_like_gpsd(std::string_view line) {
    const auto brace = line.find('{');
    return brace != line.npos && brace <= 64 && line.find("\"class\"", brace) != line.npos;
}

bool looks_like_table(std::string_view line) {
    const bool cut = line.find_first_of(",;\t") != line.npos;
    const bool text = std::ranges::none_of(
        line, [](char c) { return static_cast<unsigned char>(c) < ' ' && c != '\t'; });
    return cut && text;
}

// gpsd's regression logs have the receiver's sentences between gpsd's lines: one of those decides.
std::optional<RecordingFormat> format_of(std::string_view head) {
    if (trimmed(head).starts_with('<')) return RecordingFormat::gpx;
    if (head.starts_with("\xff\xfe") || head.starts_with("\xfe\xff")) return RecordingFormat::gpx;
    bool nmea = false;
    std::optional<bool> table;  // by the first line that is no comment
    while (!head.empty()) {
        const auto end = head.find('\n');
        const std::string_view line = trimmed(head.substr(0, end));
        head.remove_prefix(end == head.npos ? head.size() : end + 1);
        if (line.empty() || line.starts_with('#')) continue;
        if (looks_like_gpsd(line)) return RecordingFormat::gpsd;
        nmea = nmea || looks_like_nmea(line);
        if (!table) table = looks_like_table(line);
    }
    if (nmea) return RecordingFormat::nmea;
    if (table && *table) return RecordingFormat::csv;
    return std::nullopt;
}

}  // namespace

std::string_view name(RecordingFormat format) {
    for (const FormatRow& row : formats)
        if (row.format == format) return row.name;
    return "unknown";
}

std::optional<RecordingFormat> recording_format(std::string_view name) {
    for (const FormatRow& row : formats)
        if (row.name == name) return row.format;
    return std::nullopt;
}

RecordingReader::RecordingReader(std::optional<RecordingFormat> format, std::size_t most)
    : format_(format) {
    recording_.most = most;
}
RecordingReader::~RecordingReader() = default;

Result<> RecordingReader::add(std::string_view bytes) {
    if (body_) return body_->add(bytes);
    head_ += bytes;
    if (head_.size() < head_limit) return {};
    return decide();
}

Result<> RecordingReader::decide() {
    std::string head = std::exchange(head_, {});
    if (head.starts_with(byte_order_mark)) head.erase(0, byte_order_mark.size());
    if (!format_) format_ = format_of(head);
    if (!format_) {
        return Error(Fault::malformed,
                     "neither gpsd's JSON, nor NMEA, nor CSV with a header, nor GPX: record a "
                     "receiver with gpspipe -w, or say with --format which it is");
    }
    recording_.format = *format_;
    for (const FormatRow& row : formats)
        if (row.format == *format_) body_ = row.read(recording_);
    return body_->add(head);
}

Result<Recording> RecordingReader::finish() {
    if (!body_) {
        if (Result<> begun = decide(); !begun) return begun.error();
    }
    if (Result<> ended = body_->finish(); !ended) return ended.error();
    if (recording_.fixes.empty()) {
        return Error(Fault::malformed,
                     recording_.first_broken.empty()
                         ? fmt::format("no position in it (lines read: {})", recording_.lines)
                         : fmt::format("{}: no position can be read", recording_.first_broken));
    }
    if (recording_.arrivals.size() != recording_.fixes.size()) recording_.arrivals.clear();
    return std::move(recording_);
}

void count_broken(Recording& recording, std::size_t line, std::string_view why) {
    if (recording.broken++ == 0) recording.first_broken = fmt::format("line {}: {}", line, why);
}

Result<> room_for_more(const Recording& recording, std::size_t line) {
    if (recording.fixes.size() < recording.most) return {};
    return Error(Fault::too_large, fmt::format("line {}: more than {} fixes: cut it into pieces",
                                               line, recording.most));
}

std::optional<double> number_in(std::string_view text) {
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool whole = error == std::errc() && end == text.data() + text.size();
    if (!whole || !std::isfinite(value)) return std::nullopt;
    return value;
}

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view blanks = " \t\r\n";
    const auto first = text.find_first_not_of(blanks);
    if (first == text.npos) return {};
    return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

Result<> RecordedLines::add(std::string_view bytes) {
    while (!bytes.empty()) {
        const auto newline = bytes.find('\n');
        const bool whole = newline != bytes.npos;
        const std::string_view piece = bytes.substr(0, whole ? newline + 1 : newline);
        bytes.remove_prefix(piece.size());
        lines_.add(piece);
        unfinished_ = !whole;
        if (!whole) break;
        if (Result<> taken = next_line(); !taken) return taken;
    }
    return {};
}

Result<> RecordedLines::next_line() {
    ++recording_.lines;
    const auto whole = lines_.next();
    if (!whole) {
        broken(fmt::format("longer than {} bytes", Lines::longest));
        return {};
    }
    if (whole->empty()) return {};
    if (Result<> room = room_for_more(recording_, number()); !room) return room;
    return take(*whole);
}

Result<> RecordedLines::finish() {
    if (unfinished_) {
        if (Result<> taken = add("\n"); !taken) return taken;
    }
    end();
    return {};
}

}  // namespace outrider::gps
