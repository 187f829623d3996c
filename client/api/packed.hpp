#pragma once
// Little-endian integers in a row: the records kept on disk. Reading past the end is remembered,
// not undefined.

#include <array>
#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace outrider::api {

class PackedWriter {
public:
    template <std::integral T>
    void put(T value) {
        const auto bits = static_cast<std::make_unsigned_t<T>>(value);
        std::array<char, sizeof(T)> bytes;
        for (std::size_t i = 0; i < sizeof(T); ++i) {
            bytes[i] = static_cast<char>((bits >> (8 * i)) & 0xffU);
        }
        bytes_.append(bytes.data(), bytes.size());
    }
    void put(float value) { put(std::bit_cast<std::uint32_t>(value)); }
    void put(double value) { put(std::bit_cast<std::uint64_t>(value)); }
    std::string take() { return std::move(bytes_); }

private:
    std::string bytes_;
};

class PackedReader {
public:
    explicit PackedReader(std::string_view bytes) : rest_(bytes) {}

    template <class T>
    T get() {
        if constexpr (std::is_same_v<T, float>) {
            return std::bit_cast<float>(get<std::uint32_t>());
        } else if constexpr (std::is_same_v<T, double>) {
            return std::bit_cast<double>(get<std::uint64_t>());
        } else {
            if (rest_.size() < sizeof(T)) {
                complete_ = false;
                rest_ = {};
                return T{};
            }
            std::uint64_t bits = 0;
            for (std::size_t i = 0; i < sizeof(T); ++i) {
                bits |= std::uint64_t{static_cast<unsigned char>(rest_[i])} << (8 * i);
            }
            rest_.remove_prefix(sizeof(T));
            return static_cast<T>(bits);
        }
    }
    // Every byte was read and none was missing.
    bool exact() const { return complete_ && rest_.empty(); }

private:
    std::string_view rest_;
    bool complete_ = true;
};

}  // namespace outrider::api
