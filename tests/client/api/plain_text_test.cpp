#include "client/api/plain_text.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace outrider::api;

TEST_CASE("HTML becomes what a reader would see") {
    CHECK(plain_text("<p>No heat &amp; <b>no hot water</b>.</p><ul><li>Boiler: Vaillant</li>"
                     "<li>Call&nbsp;first</li></ul>See <a href=\"https://x/?a=1&amp;b=2\">notes</a>"
                     "<br/>2 &lt; 3",
                     1000) ==
          "No heat & no hot water.\n- Boiler: Vaillant\n- Call first\nSee notes\n2 < 3");
    CHECK(plain_text("<DIV>a</DIV><BR><BR/><div>b</div>", 100) == "a\n\nb");
    CHECK(plain_text("a<script>alert('<p>')</script>b<style>p{}</STYLE>c<!-- <p> -->d", 100) ==
          "abcd");
    CHECK(plain_text("&#8217;&#x2019;&quot;&apos;&#0;&#xd800;&#9999999;", 100) ==
          "’’\"'\xef\xbf\xbd\xef\xbf\xbd");
    CHECK(plain_text("&nosuch; &; &#; &#x; &amp", 100) == "&nosuch; &; &#; &#x; &amp");
}

TEST_CASE("plain text stays as it is") {
    CHECK(plain_text("Plain text, one < two & three > 2", 100) ==
          "Plain text, one < two & three > 2");
    CHECK(plain_text("first\nsecond\n\nthird", 100) == "first\nsecond\n\nthird");
    CHECK(cleaned("Ask for <front desk> & sign in.", 100) == "Ask for <front desk> & sign in.");
}

TEST_CASE("a text is cut between characters, and says so") {
    CHECK(cleaned("abcdefgh", 8) == "abcdefgh");
    CHECK(cleaned("abcdefghi", 8) == "abcde…");
    CHECK(cleaned("äöüß", 7) == "äö…");
    CHECK(cleaned("abc", 2).size() <= 2);
    CHECK(cleaned("abc", 0).empty());
    CHECK(cleaned(std::string("a\0b\x1b[31m\tc\r\n\x7f", 12), 100) == "ab[31m c");
    const std::string cut = plain_text(std::string(100'000, 'x'), 1000);
    CHECK(cut.size() == 1000);
    CHECK(cut.ends_with("…"));
}

TEST_CASE("hostile HTML is read in a moment, whatever it is") {
    const auto repeated = [](const std::string& text) {
        std::string out;
        while (out.size() < 1'000'000) out += text;
        return out;
    };
    for (const char* text : {"<", "<p", "</", "<!--", "<script>", "<script></script>", "&", "&#x",
                             "<a b='", "<li>", "&#1;", "<b", "\n", "<script><!--</script>"}) {
        CHECK(plain_text(repeated(text), 1000).size() <= 1000);
    }
    CHECK(plain_text("text<b", 100) == "text");
}
