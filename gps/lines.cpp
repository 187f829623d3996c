#include "gps/lines.hpp"

namespace outrider::gps {

void Lines::add(std::string_view bytes) {
    buffer_.erase(0, taken_);
    taken_ = 0;
    while (!bytes.empty()) {
        const std::size_t newline = bytes.find('\n');
        const bool complete = newline != std::string_view::npos;
        const std::string_view piece = bytes.substr(0, complete ? newline + 1 : newline);
        bytes.remove_prefix(piece.size());
        unfinished_ += piece.size();
        if (!skipping_ && unfinished_ > longest) {
            skipping_ = true;
            ++skipped_;
            buffer_.resize(buffer_.size() - (unfinished_ - piece.size()));
        }
        if (!skipping_) buffer_ += piece;
        if (complete) {
            skipping_ = false;
            unfinished_ = 0;
        }
    }
}

std::optional<std::string_view> Lines::next() {
    const std::size_t newline = buffer_.find('\n', taken_);
    if (newline == std::string::npos) return std::nullopt;
    std::string_view line(buffer_.data() + taken_, newline - taken_);
    taken_ = newline + 1;
    while (line.ends_with('\r')) line.remove_suffix(1);
    return line;
}

void Lines::clear() {
    buffer_.clear();
    taken_ = unfinished_ = 0;
    skipping_ = false;
}

}  // namespace outrider::gps
