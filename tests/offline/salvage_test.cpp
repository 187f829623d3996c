#include "offline/salvage.hpp"

#include "tests/offline/spoilt.hpp"

#include <doctest/doctest.h>

namespace outrider::offline {
namespace {

TEST_CASE("one page destroyed, whichever it is, costs at most the rows that were on it") {
    PowercutDisk disk("salvage");
    write_story(*open_store(on(disk)));
    const std::string good = disk.bytes(file_name);
    std::int64_t most_lost = 0;
    for (std::size_t number = 1; number <= good.size() / page; ++number) {
        if (number > 60 && number % 17 != 0) continue;
        CAPTURE(number);
        std::string bad = good;
        Dice dice(number);
        for (std::size_t i = 0; i < page; ++i) {
            bad[(number - 1) * page + i] = static_cast<char>(dice() & 0xffU);
        }
        PowercutDisk worn("worn");
        worn.put_bytes(file_name, bad);
        auto store = open_store(on(worn));
        const auto queued = static_cast<std::int64_t>(queue(*store, Lane::pings).size());
        const auto acted = static_cast<std::int64_t>(queue(*store, Lane::actions).size());
        const auto dead =
            static_cast<std::int64_t>(store->outbox().dead_letters(Lane::pings, 10'000)->size());
        CHECK(dead <= refused);
        CHECK(*store->outbox().destination_text(1) == "the office");
        const std::int64_t lost = pings + actions - answered - queued - acted - dead;
        const std::int64_t limit = page_lost_at_most(good, number);
        CHECK(lost >= 0);
        CHECK(lost <= limit);
        most_lost = std::max(most_lost, lost);
        check_sound(*store);
        const std::int64_t next = next_sequence(*store);
        CHECK(next > pings);
        if (store->salvaged()) {
            CHECK(worn.bytes(store->salvaged()->quarantine) == bad);
            const auto counted =
                store->ledger().balance("lost:pings") + store->ledger().balance("lost:actions");
            CHECK(counted == lost);
        }
    }
    CHECK(most_lost > 2);
}

struct Damage {
    const char* what;
    std::function<void(PowercutDisk&)> strike;
    bool nothing_lost;
};

TEST_CASE("a start never fails for damage, and says where the damaged file is") {
    const Damage damages[] = {
        {"the header zeroed",
         [](PowercutDisk& d) {
             spoil(d, file_name, [](auto& b) { b.replace(0, 100, 100, '\0'); });
         },
         true},
        {"the first page zeroed",
         [](PowercutDisk& d) {
             spoil(d, file_name, [](auto& b) { b.replace(0, page, page, '\0'); });
         },
         true},
        {"the header overwritten",
         [](PowercutDisk& d) {
             spoil(d, file_name, [](auto& b) { b.replace(0, 16, "something else !"); });
         },
         true},
        {"half of it missing",
         [](PowercutDisk& d) { spoil(d, file_name, [](auto& b) { b.resize(b.size() / 2); }); },
         false},
        {"a page and a half left",
         [](PowercutDisk& d) { spoil(d, file_name, [](auto& b) { b.resize(1500); }); }, false},
        {"sixty bytes left",
         [](PowercutDisk& d) { spoil(d, file_name, [](auto& b) { b.resize(60); }); }, false},
        {"all of it zeros",
         [](PowercutDisk& d) { spoil(d, file_name, [](auto& b) { b.assign(b.size(), '\0'); }); },
         false},
        {"all of it noise",
         [](PowercutDisk& d) {
             spoil(d, file_name, [](auto& b) {
                 Dice dice(1);
                 for (char& byte : b) byte = static_cast<char>(dice() & 0xffU);
             });
         },
         false},
    };
    PowercutDisk disk("salvage");
    write_story(*open_store(on(disk)));
    const std::string good = disk.bytes(file_name);
    for (const Damage& damage : damages) {
        CAPTURE(damage.what);
        PowercutDisk worn("worn");
        worn.put_bytes(file_name, good);
        damage.strike(worn);
        const std::string bad = worn.bytes(file_name);
        auto store = open_store(on(worn));
        REQUIRE(store->salvaged());
        CHECK(worn.bytes(store->salvaged()->quarantine) == bad);
        CHECK(contains(store->salvaged()->summary(), store->salvaged()->quarantine));
        check_sound(*store);
        const std::size_t queued = queue(*store, Lane::pings).size();
        if (damage.nothing_lost) {
            CHECK(queued == pings - answered - refused);
            CHECK(queue(*store, Lane::actions).size() == actions);
            CHECK(store->salvaged()->lost.empty());
        }
        if (std::string_view(damage.what) == "half of it missing") CHECK(queued > pings / 4);
        CHECK(next_sequence(*store) > (queued > 0 ? pings : 1));
        store.reset();
        store = open_store(on(worn));  // the next start finds nothing to mend
        CHECK_FALSE(store->salvaged());
        check_sound(*store);
    }
}

}  // namespace
}  // namespace outrider::offline
