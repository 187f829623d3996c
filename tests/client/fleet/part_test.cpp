#include "client/fleet/part.hpp"

#include "client/fleet/chance.hpp"
#include "platform/files.hpp"
#include "tests/support/result.hpp"
#include "tests/support/temporary_directory.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <string>
#include <vector>

using namespace outrider;
using namespace outrider::fleet;

namespace {

// What a technician adds is the technician's seed's.
Figures figures_of(std::int64_t technician) {
    Chance chance(mix(4, static_cast<std::uint64_t>(technician)));
    Figures figures;
    figures.counts["technicians"] = 1;
    figures.counts["accepted"] = static_cast<std::int64_t>(chance.between(0, 1000));
    for (int i = 0; i < 50; ++i) {
        figures.histograms["latency_us"].add(static_cast<std::int64_t>(chance.between(0, 1e6)));
        figures.series["pings"].add(static_cast<std::int64_t>(chance.between(0, 9000)), i);
        figures.peaks["age_s"].add(static_cast<std::int64_t>(chance.between(0, 9000)), i);
    }
    if (chance.happens(0.1)) figures.keep(Violation{chance.next(), technician, "\"lost\"\n<b>"});
    figures.keep(Trail{technician, {{technician, -2}, {3, 4}}, {{1, technician}}});
    figures.timings["wall_s"] = chance.between(1, 2);
    return figures;
}

Part part_of(Shard shard) {
    Part part;
    part.asked = {{"seed", "4"}, {"technicians", "100"}, {"mode", "virtual"}};
    part.version = "1.2.3";
    part.shard = shard;
    const Range range = share({0, 100}, shard);
    for (std::int64_t i = range.first; i < range.last; ++i) add(part.figures, figures_of(i));
    return part;
}

std::string without_timings(const std::string& json) {
    const auto timings = json.find("\n \"timings\"");
    REQUIRE(timings != std::string::npos);
    return json.substr(0, timings);
}

struct Folder {
    test::TemporaryDirectory directory;

    std::string save(const std::string& name, const Part& part) const {
        REQUIRE(save_part(directory.file(name), part));
        return directory.file(name);
    }
    std::vector<std::string> save_all(std::int64_t of) const {
        std::vector<std::string> files;
        for (std::int64_t i = 0; i < of; ++i)
            files.push_back(save(part_name({i, of}), part_of({i, of})));
        return files;
    }
};

bool complains(const Result<Part>& merged, const std::vector<std::string>& words) {
    REQUIRE_FALSE(merged);
    for (const std::string& word : words) {
        if (merged.error().detail.find(word) != std::string::npos) continue;
        MESSAGE(merged.error().detail);
        return false;
    }
    return true;
}

}  // namespace

TEST_CASE("a part comes back from its file as it was") {
    const Folder folder;
    const Part part = part_of({2, 7});
    const auto back = load_part(folder.save("part.json", part));
    REQUIRE(back);
    CHECK(*back == part);
}

TEST_CASE("a report is the same from one, four and seven shards, but for its timings") {
    const std::string whole = without_timings(report_json(part_of({0, 1})));
    for (const std::int64_t of : {1, 4, 7}) {
        const Folder folder;
        auto files = folder.save_all(of);
        std::swap(files.front(), files.back());
        const auto merged = merge_files(files);
        REQUIRE(merged);
        CHECK(without_timings(report_json(*merged)) == whole);
        const auto of_folder = merge_files({folder.directory.path()});
        REQUIRE(of_folder);
        CHECK(*of_folder == *merged);
    }
}

TEST_CASE("a merge refuses what is missing or given twice") {
    const Folder folder;
    auto files = folder.save_all(7);
    CHECK(complains(merge({}), {"no parts"}));
    const std::vector<std::string> few{files[0], files[2], files[3], files[5], files[6]};
    CHECK(complains(merge_files(few), {"2 of 7 parts missing", "1/7, 4/7", "--shard"}));
    CHECK(complains(merge_files({files[6]}), {"0/7, 1/7, 2/7, 3/7, 4/7 and 1 more"}));
    files.push_back(folder.save("again.json", part_of({3, 7})));
    CHECK(complains(merge_files(files), {files[3], "again.json", "both shard 3/7"}));
    CHECK(complains(merge_files({folder.directory.file("none.json")}), {"none.json"}));
    const Folder empty;
    CHECK(complains(merge_files({empty.directory.path()}), {empty.directory.path(), "part-"}));
}

TEST_CASE("a merge refuses parts of another fleet") {
    const Folder folder;
    const std::string ours = folder.save("ours.json", part_of({0, 2}));
    Part other = part_of({1, 2});
    other.asked["seed"] = "5";
    CHECK(complains(merge_files({ours, folder.save("other.json", other)}),
                    {"ours.json has seed 4", "other.json has 5", "of one run"}));
    other = part_of({1, 2});
    other.asked["faults"] = "all";
    CHECK(complains(merge_files({ours, folder.save("other.json", other)}),
                    {"ours.json has faults none", "other.json has all"}));
    other = part_of({1, 2});
    other.version = "1.2.4";
    CHECK(complains(merge_files({ours, folder.save("other.json", other)}), {"1.2.3", "1.2.4"}));
    CHECK(complains(merge_files({ours, folder.save("other.json", part_of({1, 3}))}),
                    {"one of 2", "one of 3"}));
}

TEST_CASE("a part is whole or refused, wherever it is cut or changed") {
    const std::string text = part_text(part_of({0, 1}));
    REQUIRE(read_part(text, "p"));
    Chance chance(1);
    for (int i = 0; i < 300; ++i) {
        const auto place =
            static_cast<std::size_t>(chance.between(0, static_cast<double>(text.size())));
        CAPTURE(place);
        std::string changed = text;
        changed[place] = static_cast<char>(changed[place] ^ 1);
        CHECK_FALSE(read_part(changed, "p"));
        CHECK_FALSE(read_part(text.substr(0, place), "p"));
    }
    CHECK(complains(read_part(text.substr(0, 5000), "cut.json"), {"cut.json: damaged"}));
    CHECK(complains(read_part(report_json(part_of({0, 1})), "report.json"),
                    {"report.json: no part"}));
    CHECK(complains(read_part("[1,2]", "list.json"), {"list.json: no part"}));
    CHECK(complains(read_part("", "empty.json"), {"empty.json: damaged"}));
}

TEST_CASE("a seed of several violations is listed once") {
    Part part;
    for (const char* words : {"lost", "late"}) part.figures.keep(Violation{77, 1, words});
    const std::string json = report_json(part);
    CHECK(json.find("\"violations\": 2,") != std::string::npos);
    CHECK(json.find("\"seeds_of_violations\": [\"77\"]") != std::string::npos);
}

TEST_CASE("a part goes into a folder under its shard's name") {
    const Folder folder;
    REQUIRE(save_part(folder.directory.path(), part_of({3, 7})));
    CHECK(std::filesystem::exists(folder.directory.file("part-00003.json")));
    CHECK_FALSE(save_part(folder.directory.file("no/such/part.json"), part_of({3, 7})));
}
