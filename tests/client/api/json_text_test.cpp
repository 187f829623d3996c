#include "client/api/json_text.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

namespace outrider::api {

namespace {

std::string as_json(std::string_view text) {
    std::string out;
    append_json_string(out, text);
    return out;
}

}  // namespace

TEST_CASE("plain text and UTF-8 stand in a JSON string as they are") {
    CHECK(as_json("Van 7") == "\"Van 7\"");
    CHECK(as_json("") == "\"\"");
    CHECK(as_json("Käfer 🚐 €") == "\"Käfer 🚐 €\"");
}

TEST_CASE("quotation marks, backslashes and control characters are escaped") {
    CHECK(as_json("a\"b\\c\n\r\t") == R"("a\"b\\c\n\r\t")");
    CHECK(as_json(std::string_view("\0\x01\x1f\x7f", 4)) == R"("\u0000\u0001\u001f\u007f")");
}

TEST_CASE("what is not UTF-8 becomes the replacement character") {
    const std::string_view bad[] = {
        "\xff",     "\x80",         "\xc0\xaf", "\xed\xa0\x80", "\xf5\x80\x80\x80",
        "\xe2\x82", "\xf0\x9f\x9a", "\xc3",     "\xe0\x80\x80"};
    for (const std::string_view text : bad) {
        const std::string out = as_json("a" + std::string(text) + "z");
        CAPTURE(out);
        CHECK(out.starts_with("\"a\xef\xbf\xbd"));
        CHECK(out.ends_with("z\""));
    }
}

TEST_CASE("every pair of bytes gives valid JSON that nlohmann reads back as text") {
    for (int a = 0; a < 256; ++a) {
        for (int b = 0; b < 256; ++b) {
            const std::string text = {static_cast<char>(a), static_cast<char>(b)};
            const auto json = nlohmann::json::parse(as_json(text), nullptr, false);
            REQUIRE(json.is_string());
            if (a < 0x80 && b < 0x80) REQUIRE(json.get<std::string>() == text);
        }
    }
}

}  // namespace outrider::api
