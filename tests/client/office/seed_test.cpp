#include "client/office/seed.hpp"

#include "tests/client/office/firm.hpp"
#include "tests/support/temporary_directory.hpp"

#include <fstream>
#include <string>
#include <utility>
#include <vector>

namespace outrider::office {

namespace {

using std::chrono::hours;
using std::chrono::minutes;
using test::Firm;
using test::Verb;

// One of everything, to be spoilt by the tests; the line of each table is the one it says.
constexpr const char* small = R"(
[house]
notifications = "email"
template = "{technician} comes"
[[technicians]]  # 5
id = 1
name = "Ana"
checked_in = true
[[customers]]  # 9
id = 2
name = "Cafe"
[[locations]]  # 12
id = 3
customer = 2
latitude = 37.5
longitude = -122
verified = true
[[jobs]]  # 18
id = 4
location = 3
[[appointments]]  # 21
id = 5
job = 4
start = "09:30"
end = "+6h30m"
technicians = [1]
[[shifts]]  # 27
id = 6
technician = 1
start = "-30m"
end = "2026-11-21T23:00:00+01:00"
[[activity_types]]  # 32
id = 7
code = "DRIVE"
displayed_status = "Dispatched"
)";

// 22:30 on the 20th in the office; its day began at 08:00 UTC.
BooksOptions in_the_west() {
    BooksOptions options;
    options.utc_offset = -hours(8);
    return options;
}

std::string complaint(const std::string& text) {
    Firm firm(in_the_west());
    const auto planted = plant_text(firm.books, text, "day.toml");
    if (planted) return "";
    CHECK(planted.error().fault == Fault::malformed);
    CHECK(*firm.books.empty());
    return planted.error().detail;
}

std::string with(const std::string& old_words, const std::string& new_words) {
    std::string text = small;
    const auto at = text.find(old_words);
    REQUIRE(at != std::string::npos);
    return text.replace(at, old_words.size(), new_words);
}

}  // namespace

TEST_CASE("a seed's rows are in the books, its times on the office's own day") {
    Firm firm(in_the_west());
    std::string text = small;
    text = with("end = \"+6h30m\"", "end = \"2026-11-21T09:00:00Z\"");
    REQUIRE(plant_text(firm.books, text, "day.toml"));
    const auto row = firm.get<Appointment>(5);
    const Instant midnight = firm.clock.now() - hours(22) - minutes(30);
    CHECK(row.start == midnight + hours(9) + minutes(30));
    CHECK(to_rfc3339(row.end) == "2026-11-21T09:00:00.000Z");
    CHECK(row.number == "4-1");
    CHECK(firm.get<Job>(4).customer == 2);
    CHECK(firm.books.crew(5)->at(0).technician_name == "Ana");
    CHECK(firm.get<Shift>(6).start == firm.clock.now() - minutes(30));
    CHECK(to_rfc3339(firm.get<Shift>(6).end) == "2026-11-21T22:00:00.000Z");
    CHECK(firm.books.house()->channel == "email");
    CHECK(firm.get<ActivityType>(7).displayed_status == "Dispatched");
    CHECK(firm.does(Verb::dispatch, 1, 5) == "");
    CHECK(firm.told().at(0).text == "Ana comes");
}

TEST_CASE("what is wrong in a seed is told with its line, and nothing is planted") {
    const std::vector<std::pair<std::pair<std::string, std::string>, std::string>> cases = {
        {{"name = \"Ana\"", "nam = \"Ana\""}, "day.toml:5: 'name' of [[technicians]] is missing"},
        {{"checked_in", "chequed_in"}, "day.toml:8: 'chequed_in' of [[technicians]] is unknown"},
        {{"id = 2", "id = \"two\""}, "day.toml:10: 'id' of [[customers]] is no number from 1 on"},
        {{"id = 2", "id = 0"}, "day.toml:10: 'id' of [[customers]] is no number from 1 on"},
        {{"customer = 2", "customer = 9"}, "day.toml:12: there is no customer 9"},
        {{"longitude = -122", ""}, "day.toml:12: 'longitude' of [[locations]] is missing"},
        {{"latitude = 37.5", "latitude = 91"},
         "day.toml:15: 'latitude' of [[locations]] is no number from -90 to 90"},
        {{"location = 3", "location = 4"}, "day.toml:18: there is no location 4"},
        {{"job = 4", "job = 5"}, "day.toml:21: there is no job 5"},
        {{"technicians = [1]", "technicians = [1, 8]"}, "day.toml:21: there is no technician 8"},
        {{"technicians = [1]", "technicians = [1, 1]"},
         "day.toml:26: 'technicians' of [[appointments]] is no list of numbers, each once"},
        {{"\"09:30\"", "\"9:30\""}, "day.toml:24: 'start' of [[appointments]] is no time: "},
        {{"\"09:30\"", "\"24:00\""}, "day.toml:24: 'start' of [[appointments]] is no time: "},
        {{"\"+6h30m\"", "\"+6h30\""}, "day.toml:25: 'end' of [[appointments]] is no time: "},
        {{"\"+6h30m\"", "\"09:30\""},
         "day.toml:25: 'end' of [[appointments]] is not after the start"},
        {{"technician = 1", "technician = 3"}, "day.toml:27: there is no technician 3"},
        {{"\"Dispatched\"", "\"Driving\""},
         "day.toml:35: 'displayed_status' of [[activity_types]] is none of Idle, Dispatched"},
        {{"\"email\"", "\"pigeon\""}, "day.toml:3: 'notifications' of [house] is none of off"},
        {{"{technician} comes", "{technican} comes"}, "day.toml:4: 'template' of [house] is wrong"},
        {{"[[shifts]]", "[[shift]]"}, "day.toml:27: 'shift' is unknown: there are house, "},
        {{"[[jobs]]", "[jobs]"}, "day.toml:18: 'jobs' is to be written as [[jobs]]"},
        {{"id = 2", "id = "}, "day.toml:10: "},
        {{"[[customers]]", "[[technicians]]\nid = 1\nname = \"Ben\"\n[[customers]]"},
         "day.toml:9: there is another technician 1"},
    };
    for (const auto& [change, expected] : cases) {
        const std::string& into = change.second;
        CAPTURE(into);
        CHECK(complaint(with(change.first, change.second)).substr(0, expected.size()) == expected);
    }
    CHECK(complaint("").empty());
}

TEST_CASE("every line of a seed may go missing without harm") {
    std::vector<std::string> lines;
    std::string rest = small;
    for (auto end = rest.find('\n'); end != std::string::npos; end = rest.find('\n')) {
        lines.push_back(rest.substr(0, end + 1));
        rest.erase(0, end + 1);
    }
    int refused = 0;
    for (std::size_t missing = 0; missing < lines.size(); ++missing) {
        std::string text;
        for (std::size_t i = 0; i < lines.size(); ++i) {
            if (i != missing) text += lines[i];
        }
        refused += complaint(text).empty() ? 0 : 1;
    }
    CHECK(refused >= 20);
}

TEST_CASE("a seed is planted once, from a file or from the program itself") {
    const test::TemporaryDirectory directory;
    const std::string path = directory.file("day.toml");
    std::ofstream(path) << small;
    Firm firm;
    CHECK(plant(firm.books, ""));
    CHECK(*firm.books.empty());
    REQUIRE(plant(firm.books, path));
    const std::int64_t revision = *firm.books.revision();
    CHECK(plant(firm.books, path));
    CHECK(plant(firm.books, "sample"));
    CHECK(*firm.books.revision() == revision);
    Firm other;
    const auto missing = plant(other.books, directory.file("none.toml"));
    REQUIRE_FALSE(missing);
    CHECK(missing.error().detail.find("none.toml") != std::string::npos);
    CHECK_FALSE(plant_text(other.books, std::string(2'000'000, '#'), "big"));
}

TEST_CASE("the sample day is a day on which the morning of the demonstration can happen") {
    Firm firm;
    REQUIRE(plant(firm.books, "sample"));
    const auto day = *firm.books.day();
    CHECK(day.technicians.size() == 4);
    CHECK(day.jobs.size() == 6);
    CHECK(day.appointments.size() == 8);
    CHECK(firm.get<Technician>(301).unit == "van-7");
    CHECK(firm.does(Verb::dispatch, 301, 801) == "checked in");
    CHECK(firm.does(Verb::dispatch, 302, 803) == "permission");
    CHECK(firm.office(Verb::check_in, 301) == "");
    for (const Verb verb : {Verb::dispatch, Verb::arrive, Verb::complete}) {
        CHECK(firm.does(verb, 301, 801) == "");
    }
    REQUIRE(firm.told().size() == 1);
    CHECK(firm.told()[0].text.find("Hello Shoreline Cafe, Ana Ruiz is on the way to 1450 North") ==
          0);
    CHECK(firm.get<Job>(701).status == "Completed");
}

}  // namespace outrider::office
