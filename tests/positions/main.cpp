// `./dev gps`: what becomes of recorded drives, measured. Prints what each rule does to them and
// one table of figures beside their limits; exits with 1 when one is missed.

#include "tests/positions/decoys.hpp"
#include "tests/positions/jumps.hpp"
#include "tests/positions/parked.hpp"
#include "tests/positions/ratios.hpp"
#include "tests/positions/sound.hpp"
#include "tests/positions/stands.hpp"
#include "tests/positions/stops.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <string>
#include <vector>

namespace outrider::positions {
namespace {

constexpr const char* usage =
    "positions [--json FILE] [--quick] [--any-rate] [FOLDER]...\n"
    "  Measures recordings: tables (.csv) and gpsd's answers (.log.chk) in each FOLDER and below,\n"
    "  by default those that the project carries. Exits with 1 when a figure misses its limit.\n"
    "  --quick  leaves out long recordings, most stands and the rules of others\n"
    "  --any-rate  takes vehicles' recordings that are not of one fix a second, too\n"
    "  --json   writes the figures. Of vehicles' recordings with one fix a second:\n"
    "    ratio_5m, ratio_10m, ratio_25m   pings beside the fewest with hindsight, by bound\n"
    "    ratio_10m_cap30                  the same with a ping every 30 s at least, for both\n"
    "    jumps_refused, good_refused      fractions of 1\n"
    "    decoy_arrivals, stops_found      fractions of 1\n"
    "  and of all recordings:\n"
    "    beyond_bound                     believed fixes farther than the bound from the track\n"
    "    parked_pings_per_hour            the most of any standing receiver with sky\n"
    "    false_departures                 of those, in an hour each\n";

struct Options {
    std::vector<std::string> folders{PROJECT_FOLDER "/tests/data/positions",
                                     PROJECT_FOLDER "/tests/data/gpsd", ANSWERS_FOLDER};
    std::string json;
    bool quick = false;
    Rate rate = Rate::once_a_second;
};

void measure_jumps(const Drives& all, std::vector<Figure>& figures) {
    Jumps jumps;
    for (const Recording* recording : all.recordings) count_jumps(*recording, jumps);
    figures.push_back({"jumps_refused", share(jumps.refused, jumps.made), Figure::Asked::at_least,
                       0.95, fmt::format("{} of {} of 60 to 2,000 m", jumps.refused, jumps.made)});
    figures.push_back({"good_refused", share(jumps.good_refused, jumps.good),
                       Figure::Asked::at_most, 0.003,
                       fmt::format("{} of {} beside them", jumps.good_refused, jumps.good)});
}

int run(const Options& options) {
    auto recordings = read_all(options.folders);
    if (!recordings) {
        std::cerr << recordings.error().detail << "\n";
        return 2;
    }
    if (options.quick)
        std::erase_if(*recordings, [](const auto& one) { return one.fixes.size() > 3000; });
    Sound sound;
    for (const Recording& recording : *recordings) check_sound(recording, sound);
    const Drives all = drives_of(*recordings, options.rate);
    std::cout << fmt::format(
        "{} recordings, {} reports, {} believed: {} without time, {} at 0,0, {} more than a day "
        "off, {} beyond the bound, {} without one verdict; {} lines unreadable\n",
        sound.recordings, sound.reports, sound.believed, sound.timeless, sound.at_null,
        sound.a_day_off, sound.beyond, sound.lost, sound.unreadable);
    if (all.drives.empty()) {
        std::cerr << "no vehicle's recording of one fix a second among them\n";
        return 2;
    }
    std::cout << fmt::format("{} of vehicles: {} drives, {:.1f} h\n\n", all.recordings.size(),
                             all.drives.size(), all.hours);
    std::vector<Figure> figures;
    const int beyond = measure_ratios(all, figures);
    if (!options.quick) print_others(all);
    figures.push_back({"beyond_bound",
                       static_cast<double>(beyond) + static_cast<double>(sound.beyond),
                       Figure::Asked::at_most, 0,
                       fmt::format("{} believed fixes of {} recordings, and the rows above",
                                   sound.believed, sound.recordings)});
    measure_jumps(all, figures);
    std::vector<Fixes> standing = standing_receivers(*recordings, all);
    if (options.quick) standing.resize(standing.size() / 4);
    measure_parked(standing, figures);
    measure_decoys(all, figures);
    measure_stops(all, standing, figures);
    print(figures);
    if (!options.json.empty() && !write_json(figures, options.json)) {
        std::cerr << options.json << ": cannot be written\n";
        return 2;
    }
    return sound.wrong() == 0 && std::ranges::all_of(figures, &Figure::kept) ? 0 : 1;
}

}  // namespace
}  // namespace outrider::positions

int main(int argc, char** argv) {
    using namespace outrider::positions;
    Options options;
    bool given = false;
    for (int i = 1; i < argc; ++i) {
        const std::string word = argv[i];
        if (word == "--json" && i + 1 < argc) {
            options.json = argv[++i];
        } else if (word == "--quick") {
            options.quick = true;
        } else if (word == "--any-rate") {
            options.rate = Rate::any;
        } else if (word.starts_with('-')) {
            std::cout << usage;
            return word == "--help" ? 0 : 2;
        } else {
            if (!given) options.folders.clear();
            given = true;
            options.folders.push_back(word);
        }
    }
    return run(options);
}
