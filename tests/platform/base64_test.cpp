#include "platform/base64.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>

namespace outrider {
namespace {

TEST_CASE("base64: what RFC 4648 gives as examples, there and back") {
    const std::pair<std::string, std::string> examples[] = {{"", ""},
                                                            {"f", "Zg=="},
                                                            {"fo", "Zm8="},
                                                            {"foo", "Zm9v"},
                                                            {"foob", "Zm9vYg=="},
                                                            {"fooba", "Zm9vYmE="},
                                                            {"foobar", "Zm9vYmFy"},
                                                            {"\xfb\xff", "+/8="}};
    for (const auto& [bytes, text] : examples) {
        CHECK(to_base64(bytes) == text);
        CHECK(from_base64(text) == bytes);
    }
}

TEST_CASE("base64: what only looks like it is nothing") {
    for (const char* text :
         {"Z", "Zg=", "Zg", "Zg==Zg==", "Z===", "====", "Zm 9", "Zm9\n", "Zm-_", "=Zm9", "Zm=9"}) {
        CAPTURE(text);
        CHECK_FALSE(from_base64(text));
    }
}

}  // namespace
}  // namespace outrider
