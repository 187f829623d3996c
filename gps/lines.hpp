#pragma once
// Cuts a stream of bytes into lines, within bounds whatever the peer sends.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace outrider::gps {

class Lines {
public:
    static constexpr std::size_t longest = 64 * 1024;     // a longer line is skipped to its end
    static constexpr std::size_t hopeless = 1024 * 1024;  // without a newline: no gpsd

    void add(std::string_view bytes);
    // The next complete line without its "\r\n"; valid until the next call of either.
    std::optional<std::string_view> next();
    std::uint64_t skipped() const { return skipped_; }  // lines that were too long, since the start
    bool endless() const { return unfinished_ > hopeless; }
    void clear();  // what was not taken yet; a new connection starts

private:
    std::string buffer_;
    std::size_t taken_ = 0;       // of buffer_
    std::size_t unfinished_ = 0;  // bytes since the last newline
    bool skipping_ = false;
    std::uint64_t skipped_ = 0;
};

}  // namespace outrider::gps
