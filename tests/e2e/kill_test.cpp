// kill -9 in the middle of a drive, again and again.

#include "platform/random.hpp"
#include "tests/e2e/van.hpp"

#include <doctest/doctest.h>

#include <csignal>
#include <cstdlib>
#include <set>
#include <thread>

using namespace outrider;
using namespace outrider::test;
using namespace std::chrono_literals;

namespace {

constexpr int kills = 100;
constexpr int batch = 5;

std::int64_t sequence_of(const nlohmann::json& ping) {
    const auto id = ping["externalId"].get<std::string>();
    return std::stoll(id.substr(id.rfind('-') + 1));
}

// One life of the agent, ended at a moment nobody chose: after some progress, seeded, and a few
// microseconds more.
void live_and_die(Van& van, Dice& dice) {
    van.start_agent();
    const auto born = van.status()["captured"].get<std::int64_t>();
    const auto lives_for = static_cast<std::int64_t>(dice() % 12);
    van.until("some fixes", [&] { return van.status()["captured"] >= born + lives_for; });
    const auto until = std::chrono::steady_clock::now() + std::chrono::microseconds(dice() % 9000);
    while (std::chrono::steady_clock::now() < until) std::this_thread::yield();
    van.kill_agent();
}

}  // namespace

TEST_SUITE("e2e/kill") {
    TEST_CASE("kill -9 at a hundred points of a drive loses nothing that was accepted") {
        Van van({"drive_mountain_view.nmea", {"--rebase", "--rate", "50", "--loop"}, {"-n"}});
        van.more_configuration =
            "[sample]\nbound_m = 2\nwait_s = 0\ninterval_s = 2\nfollowed_interval_s = 2\n"
            "[sync]\nauto_sync_threshold = 1\nmax_batch_size = 5\n[retry]\nbase_s = 1\ncap_s = 1\n";
        van.start_office();
        van.start_receiver();
        Dice dice(20261121);
        // Half of the requests of two lives in three go wrong, before or after the office has them.
        const nlohmann::json moods[] = {{{"mode", "none"}},
                                        {{"mode", "reset"}, {"percent", 50}},
                                        {{"mode", "drop_answer"}, {"percent", 50}}};
        std::int64_t ambiguous = 0;
        for (int i = 0; i < kills; ++i) {
            CAPTURE(i);
            ambiguous += van.fault(moods[i % 3]);
            live_and_die(van, dice);
            ++ambiguous;  // the kill itself
        }
        ambiguous += van.fault(moods[0]);
        van.start_agent();
        van.feeder().kill(SIGTERM);
        van.until("the queue drains", [&] { return van.status()["queue"]["pings"] == 0; });

        const auto audit = van.audit();
        CHECK(audit["discrepancies"].empty());
        const auto accepted = audit.at("pings").at("accepted").get<std::int64_t>();
        std::set<std::int64_t> at_office;
        for (const auto& ping : van.pings_at_office()) at_office.insert(sequence_of(ping));
        CHECK(accepted > kills);
        CHECK(static_cast<std::int64_t>(at_office.size()) == accepted);
        CHECK(*at_office.begin() == 1);
        CHECK(*at_office.rbegin() == accepted);
        CHECK(van.summary()["duplicates"].get<std::int64_t>() <= ambiguous * batch);
        MESSAGE(kills << " kills, " << accepted << " accepted, " << at_office.size()
                      << " at the office, " << van.summary()["duplicates"] << " duplicates");
    }
}
