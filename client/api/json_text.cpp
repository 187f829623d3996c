#include "client/api/json_text.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace outrider::api {

namespace {

// The length of the well-formed UTF-8 sequence at the start of `text` (Unicode table 3-7), or 0.
std::size_t sequence_length(std::string_view text) {
    struct Lead {
        unsigned char from, to;  // of the first byte
        std::size_t length;
        unsigned char second_from, second_to;  // the others are 80 to bf
    };
    static constexpr std::array<Lead, 8> leads = {{
        {0xc2, 0xdf, 2, 0x80, 0xbf},
        {0xe0, 0xe0, 3, 0xa0, 0xbf},
        {0xe1, 0xec, 3, 0x80, 0xbf},
        {0xed, 0xed, 3, 0x80, 0x9f},
        {0xee, 0xef, 3, 0x80, 0xbf},
        {0xf0, 0xf0, 4, 0x90, 0xbf},
        {0xf1, 0xf3, 4, 0x80, 0xbf},
        {0xf4, 0xf4, 4, 0x80, 0x8f},
    }};
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    if (byte(0) < 0x80) return 1;
    for (const Lead& lead : leads) {
        if (byte(0) < lead.from || byte(0) > lead.to) continue;
        if (text.size() < lead.length) return 0;
        if (byte(1) < lead.second_from || byte(1) > lead.second_to) return 0;
        for (std::size_t i = 2; i < lead.length; ++i) {
            if (byte(i) < 0x80 || byte(i) > 0xbf) return 0;
        }
        return lead.length;
    }
    return 0;
}

void append_escaped(std::string& out, char c) {
    static constexpr std::string_view digits = "0123456789abcdef";
    switch (c) {
        case '"': out += "\\\""; return;
        case '\\': out += "\\\\"; return;
        case '\n': out += "\\n"; return;
        case '\r': out += "\\r"; return;
        case '\t': out += "\\t"; return;
        default: break;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += "\\u00";
    out += digits[byte >> 4];
    out += digits[byte & 15U];
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
    const auto plain = [](char c) { return c >= 0x20 && c < 0x7f && c != '"' && c != '\\'; };
    out += '"';
    while (!text.empty()) {
        const auto other = std::ranges::find_if_not(text, plain);
        out.append(text.begin(), other);
        text.remove_prefix(static_cast<std::size_t>(other - text.begin()));
        if (text.empty()) break;
        std::size_t length = 1;
        if (static_cast<unsigned char>(text[0]) < 0x80) {
            append_escaped(out, text[0]);
        } else if (length = sequence_length(text); length > 0) {
            out += text.substr(0, length);
        } else {
            out += "\xef\xbf\xbd";
            length = 1;
        }
        text.remove_prefix(length);
    }
    out += '"';
}

}  // namespace outrider::api
