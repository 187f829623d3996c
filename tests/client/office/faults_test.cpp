#include "client/office/faults.hpp"

#include "tests/support/result.hpp"

namespace outrider::office {

namespace {

Faults with(std::string_view json) {
    Faults faults{Dice(5)};
    faults.set(*parse_faults(json));
    return faults;
}

std::string drawn(Faults& faults, Endpoint endpoint, int times) {
    std::string hits;
    for (int i = 0; i < times; ++i) hits += faults.next(endpoint) == Mode::none ? '.' : 'x';
    return hits;
}

}  // namespace

TEST_CASE("a fault spares the first requests, hits the next ones and is over") {
    Faults faults = with(R"({"mode":"error500","after":2,"for":3})");
    CHECK(drawn(faults, Endpoint::pings, 8) == "..xxx...");
    CHECK(faults.hits() == 3);
    faults.set(*parse_faults(R"({"mode":"html"})"));
    CHECK(drawn(faults, Endpoint::pings, 4) == "xxxx");
}

TEST_CASE("a fault hits the endpoint it is set on") {
    Faults pings = with(R"({"mode":"reset"})");
    CHECK(drawn(pings, Endpoint::token, 2) == "..");
    CHECK(drawn(pings, Endpoint::pings, 2) == "xx");
    Faults token = with(R"({"mode":"reset","on":"token"})");
    CHECK(drawn(token, Endpoint::token, 2) == "xx");
    CHECK(drawn(token, Endpoint::pings, 2) == "..");
    Faults all = with(R"({"mode":"reset","on":"all"})");
    CHECK(drawn(all, Endpoint::token, 1) + drawn(all, Endpoint::pings, 1) == "xx");
}

TEST_CASE("a percentage is drawn by seeded lot") {
    Faults some = with(R"({"mode":"reset","percent":30})");
    const std::string first = drawn(some, Endpoint::pings, 1000);
    CHECK(some.hits() > 200);
    CHECK(some.hits() < 400);
    Faults again = with(R"({"mode":"reset","percent":30})");
    CHECK(drawn(again, Endpoint::pings, 1000) == first);
    Faults never = with(R"({"mode":"reset","percent":0})");
    CHECK(drawn(never, Endpoint::pings, 100).find('x') == std::string::npos);
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
