#include "client/api/plain_text.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace outrider::api {
namespace {

bool is_letter(char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0; }

std::string lower(std::string_view text) {
    std::string out(text);
    std::ranges::transform(out, out.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return out;
}

void append_utf8(std::string& out, std::uint32_t code) {
    const auto byte = [&](std::uint32_t value) { out += static_cast<char>(value); };
    if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) code = 0xfffd;
    if (code < 0x80) {
        byte(code);
    } else if (code < 0x800) {
        byte(0xc0U | (code >> 6));
        byte(0x80U | (code & 0x3fU));
    } else if (code < 0x10000) {
        byte(0xe0U | (code >> 12));
        byte(0x80U | ((code >> 6) & 0x3fU));
        byte(0x80U | (code & 0x3fU));
    } else {
        byte(0xf0U | (code >> 18));
        byte(0x80U | ((code >> 12) & 0x3fU));
        byte(0x80U | ((code >> 6) & 0x3fU));
        byte(0x80U | (code & 0x3fU));
    }
}

// "&#8217;" or "&#x2019;" without & and ;. False when it is no number.
bool append_numbered(std::string& out, std::string_view digits) {
    const bool hex = !digits.empty() && (digits[0] == 'x' || digits[0] == 'X');
    if (hex) digits.remove_prefix(1);
    if (digits.empty()) return false;
    std::uint32_t code = 0;
    for (const char c : digits) {
        const auto byte = static_cast<unsigned char>(c);
        if (hex ? std::isxdigit(byte) == 0 : std::isdigit(byte) == 0) return false;
        const int value = std::isdigit(byte) ? c - '0' : std::tolower(byte) - 'a' + 10;
        code = std::min<std::uint32_t>(code * (hex ? 16 : 10) + static_cast<std::uint32_t>(value),
                                       0x110000);
    }
    append_utf8(out, code);
    return true;
}

// The entity `text` begins with is appended to `out`; returns its length, or 0 when there is none.
std::size_t append_entity(std::string& out, std::string_view text) {
    constexpr std::size_t longest = 12;
    const auto end = text.substr(0, longest).find(';');
    if (end == text.npos || end < 2) return 0;
    const std::string_view name = text.substr(1, end - 1);
    if (name[0] == '#') return append_numbered(out, name.substr(1)) ? end + 1 : 0;
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 17> known = {{
        {"amp", "&"},
        {"lt", "<"},
        {"gt", ">"},
        {"quot", "\""},
        {"apos", "'"},
        {"nbsp", " "},
        {"ndash", "–"},
        {"mdash", "—"},
        {"hellip", "…"},
        {"lsquo", "‘"},
        {"rsquo", "’"},
        {"ldquo", "“"},
        {"rdquo", "”"},
        {"bull", "•"},
        {"deg", "°"},
        {"euro", "€"},
        {"middot", "·"},
    }};
    for (const auto& [entity, character] : known) {
        if (entity != name) continue;
        out += character;
        return end + 1;
    }
    return 0;
}

// Ends the line, if one has begun; two in a row make an empty one.
void end_line(std::string& out) {
    while (!out.empty() && out.back() == ' ') out.pop_back();
    if (out.empty() || out.ends_with("\n\n")) return;
    out += '\n';
}
void begin_line(std::string& out) {
    if (!out.ends_with('\n')) end_line(out);
}

constexpr std::array<std::string_view, 14> blocks = {
    "p", "div", "ul", "ol", "tr", "table", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "hr"};

// What becomes of the tag `text` begins with; returns where it ends.
std::size_t take_tag(std::string& out, std::string_view text) {
    if (text.starts_with("<!--")) {
        const auto end = text.find("-->", 4);
        return end == text.npos ? text.size() : end + 3;
    }
    const bool closing = text.starts_with("</");
    std::size_t at = closing ? 2 : 1;
    const std::size_t begin = at;
    while (at < text.size() && at - begin < 16 &&
           (std::isalnum(static_cast<unsigned char>(text[at])) != 0)) {
        ++at;
    }
    const std::string name = lower(text.substr(begin, at - begin));
    const auto end = text.find('>', at);
    const std::size_t after = end == text.npos ? text.size() : end + 1;
    if (!closing && (name == "script" || name == "style")) {
        const std::string close = "</" + name;
        const auto same = [](char a, char b) {
            return std::tolower(static_cast<unsigned char>(a)) == b;
        };
        const auto found = std::search(text.begin() + static_cast<std::ptrdiff_t>(after),
                                       text.end(), close.begin(), close.end(), same);
        return static_cast<std::size_t>(found - text.begin());
    }
    if (name == "br") {
        end_line(out);
    } else if (name == "li") {
        begin_line(out);
        if (!closing) out += "- ";
    } else if (std::ranges::find(blocks, name) != blocks.end()) {
        begin_line(out);
    }
    return after;
}

}  // namespace

std::string cleaned(std::string_view text, std::size_t most) {
    constexpr std::string_view more = "…";
    std::string out;
    for (const char c : text) {
        if (out.size() > most) break;
        const auto byte = static_cast<unsigned char>(c);
        if (byte == '\n' || (byte >= 0x20 && byte != 0x7f)) out += c;
        if (byte == '\t') out += ' ';
    }
    while (!out.empty() && (out.back() == '\n' || out.back() == ' ')) out.pop_back();
    if (out.size() <= most) return out;
    std::size_t end = std::max(most, more.size()) - more.size();
    while (end > 0 && (static_cast<unsigned char>(out[end]) & 0xc0U) == 0x80) --end;
    out.resize(end);
    if (most >= more.size()) out += more;
    return out;
}

std::string plain_text(std::string_view html, std::size_t most) {
    std::string out;
    // What is cut off need not be looked at; tags may take much more than what they hold.
    while (!html.empty() && out.size() <= most) {
        const char c = html.front();
        std::size_t taken = 1;
        if (c == '<' && html.size() > 1 &&
            (is_letter(html[1]) || html[1] == '/' || html[1] == '!')) {
            taken = take_tag(out, html);
        } else if (c == '\n') {
            end_line(out);
        } else if (c == ' ' || c == '\t' || c == '\r') {
            if (!out.empty() && out.back() != ' ' && out.back() != '\n') out += ' ';
        } else if (taken = c == '&' ? append_entity(out, html) : 0; taken == 0) {
            out += c;
            taken = 1;
        }
        html.remove_prefix(taken);
    }
    return cleaned(out, most);
}

}  // namespace outrider::api
