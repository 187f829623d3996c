#include "client/office/faults.hpp"

#include "client/office/routes.hpp"
#include "tests/support/result.hpp"

#include <fmt/format.h>

namespace outrider::office {

namespace {

Faults with(std::string_view json) {
    Faults faults{Dice(5)};
    faults.set(*parse_faults(json));
    return faults;
}

std::string drawn(Faults& faults, std::string_view operation, int times) {
    std::string hits;
    for (int i = 0; i < times; ++i) hits += faults.next(operation) == Mode::none ? '.' : 'x';
    return hits;
}

}  // namespace

TEST_CASE("a fault spares the first requests, hits the next ones and is over") {
    Faults faults = with(R"({"mode":"error500","after":2,"for":3})");
    CHECK(drawn(faults, "gpsPingsCreate", 8) == "..xxx...");
    CHECK(faults.hits() == 3);
    faults.set(*parse_faults(R"({"mode":"html"})"));
    CHECK(drawn(faults, "gpsPingsCreate", 4) == "xxxx");
}

TEST_CASE("a fault hits the endpoint it is set on") {
    Faults pings = with(R"({"mode":"reset"})");
    CHECK(drawn(pings, "tokenCreate", 2) == "..");
    CHECK(drawn(pings, "gpsPingsCreate", 2) == "xx");
    Faults token = with(R"({"mode":"reset","on":"token"})");
    CHECK(drawn(token, "tokenCreate", 2) == "xx");
    CHECK(drawn(token, "gpsPingsCreate", 2) == "..");
    Faults all = with(R"({"mode":"reset","on":"all"})");
    CHECK(drawn(all, "tokenCreate", 1) + drawn(all, "gpsPingsCreate", 1) == "xx");
}

TEST_CASE("a fault may be set on any one operation by its name") {
    Faults one = with(R"({"mode":"conflict","on":"gpsPingsList"})");
    CHECK(drawn(one, "gpsPingsList", 2) == "xx");
    CHECK(drawn(one, "gpsPingsCreate", 1) + drawn(one, "tokenCreate", 1) == "..");
    Faults both = with(R"({"mode":"forbidden","on":"pings"})");
    CHECK(drawn(both, "gpsPingsList", 1) + drawn(both, "gpsPingsCreate", 1) == "xx");
    for (const Route& route : routes()) {
        Faults faults = with(fmt::format(R"({{"mode":"conflict","on":"{}"}})", route.operation));
        for (const Route& other : routes()) {
            CHECK(drawn(faults, other.operation, 1) ==
                  (route.operation == other.operation ? "x" : "."));
        }
    }
}

TEST_CASE("a percentage is drawn by seeded lot") {
    Faults some = with(R"({"mode":"reset","percent":30})");
    const std::string first = drawn(some, "gpsPingsCreate", 1000);
    CHECK(some.hits() > 200);
    CHECK(some.hits() < 400);
    Faults again = with(R"({"mode":"reset","percent":30})");
    CHECK(drawn(again, "gpsPingsCreate", 1000) == first);
    Faults never = with(R"({"mode":"reset","percent":0})");
    CHECK(drawn(never, "gpsPingsCreate", 100).find('x') == std::string::npos);
}

TEST_CASE("settings come back as they were set") {
    Faults faults = with(R"({"mode":"busy429","on":"all","after":1,"for":2,"retry_after_s":7,)"
                         R"("percent":50})");
    CHECK(faults.to_json() == R"({"mode":"busy429","on":"all","after":1,"for":2,)"
                              R"("retry_after_s":7,"percent":50,"hits":0})");
}

TEST_CASE("what is no setting is refused by name") {
    const std::pair<const char*, const char*> wrong[] = {
        {"", "object"},
        {"[]", "object"},
        {"{}", "mode"},
        {R"({"mode":"explode"})", "refuse, stall"},
        {R"({"mode":7})", "'mode'"},
        {R"({"mode":"stall","on":"moon"})", "pings, token, all"},
        {R"({"mode":"stall","after":-1})", "'after'"},
        {R"({"mode":"stall","after":1.5})", "'after'"},
        {R"({"mode":"stall","after":18446744073709551615})", "'after'"},
        {R"({"mode":"stall","percent":101})", "'percent'"},
        {R"({"mode":"stall","retry_after_s":"1"})", "'retry_after_s'"},
        {R"({"mode":"stall","until":1})", "'until'"},
        {R"({"mode":"refuse","for":1})", "'refuse'"},
    };
    for (const auto& [json, word] : wrong) {
        const std::string said = json;
        CAPTURE(said);
        const auto settings = parse_faults(json);
        REQUIRE_FALSE(settings);
        CHECK(settings.error().detail.find(word) != std::string::npos);
    }
    CHECK(parse_faults(R"({"mode":"refuse"})"));
}

}  // namespace outrider::office
