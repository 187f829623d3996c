#pragma once
// A store with a story, on a disk that a test spoils.

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <filesystem>
#include <functional>
#include <optional>
#include "offline/migrations.hpp"
#include "offline/pages.hpp"
#include "offline/powercut_disk.hpp"
#include "offline/quarantine.hpp"
#include "offline/salvage.hpp"
#include "offline/tree.hpp"
#include "platform/random.hpp"
#include "tests/offline/stores.hpp"
#include "tests/support/temporary_directory.hpp"

namespace outrider::offline {

inline constexpr const char* file_name = "/outrider.db";
inline constexpr const char* log_name = "/outrider.db-wal";
inline constexpr std::size_t page = 1024;
inline constexpr int pings = 2000, actions = 30, answered = 100, refused = 5;

inline StoreOptions on(PowercutDisk& disk) {
    StoreOptions options;
    options.database.path = file_name;
    options.database.vfs = disk.vfs();
    options.database.folder = &disk;
    options.database.wal_bytes = 64 * 1024;
    options.database.log_room_bytes = 128 * 1024;
    options.database.growth_bytes = 16 * 1024;
    return options;
}

inline std::string body_of(std::int64_t sequence) { return fmt::format("{:0>200}", sequence); }

// A store with something in each of its tables.
inline void write_story(Store& store) {
    REQUIRE(store.commit(start, [&]() -> Result<> {
        const auto to = store.outbox().destination("the office");
        REQUIRE(to);
        for (int i = 1; i <= pings; ++i) {
            store.ledger().count("captured");
            REQUIRE(store.outbox().add(Lane::pings, start, *to, body_of(i)));
        }
        for (int i = 1; i <= actions; ++i) {
            REQUIRE(store.outbox().add(Lane::actions, start, *to, body_of(i)));
        }
        store.ledger().count("captured", 7);
        store.ledger().count("not_reported:parked", 7);
        return {};
    }));
    REQUIRE(store.commit(start, [&]() -> Result<> {
        std::vector<std::int64_t> sequences;
        for (int i = 1; i <= answered; ++i) sequences.push_back(i);
        REQUIRE(store.outbox().deliver(Lane::pings, sequences, start));
        for (int i = 1; i <= refused; ++i) {
            REQUIRE(store.outbox().bury(Lane::pings, answered + i, "no", start));
        }
        store.journal().append(start, "a record of the track");
        return {};
    }));
}

// What is wrong with a store beside that rows are missing.
inline void check_sound(Store& store) {
    for (const Lane lane : lanes) {
        const auto envelopes = store.outbox().oldest(lane, 1'000'000);
        REQUIRE(envelopes);
        int wrong = 0;
        for (const Envelope& envelope : *envelopes) {
            const bool answered_for =
                lane == Lane::pings && envelope.sequence <= answered + refused;
            const bool same = envelope.body == body_of(envelope.sequence);
            const auto to = store.outbox().destination_text(envelope.destination);
            if (!same || !to || *to != "the office" || answered_for) ++wrong;
        }
        CHECK(wrong == 0);
        CHECK(static_cast<std::int64_t>(envelopes->size()) == store.outbox().size(lane));
    }
    const Audit books = audit(store);
    INFO((books.balances() ? "" : books.discrepancies.front()));
    CHECK(books.balances());
    const auto dead = store.outbox().dead_letters(Lane::pings, 1'000'000);
    REQUIRE(dead);
    for (const DeadLetter& letter : *dead) {
        CHECK(letter.envelope.body == body_of(letter.envelope.sequence));
    }
}

inline std::int64_t next_sequence(Store& store) {
    std::int64_t next = 0;
    REQUIRE(store.commit(start, [&]() -> Result<> {
        const auto to = store.outbox().destination("the office");
        REQUIRE(to);
        const std::string body = body_of(store.ledger().balance("accepted:pings") + 1);
        const auto added = store.outbox().add(Lane::pings, start, *to, body);
        REQUIRE(added);
        store.ledger().count("captured");
        next = *added;
        return {};
    }));
    return next;
}

inline std::int64_t page_lost_at_most(const std::string& file, std::size_t number) {
    const std::string bytes = file.substr((number - 1) * page, page);
    const std::size_t first = number == 1 ? 100 : 0;
    const char kind = bytes[first];
    if (kind == 0) return 1;  // the end of a row too long for its page
    return kind == 0x0d || kind == 0x0a || kind == 0x02 ? big_endian(bytes, first + 3, 2) : 0;
}

// Of a table: the page with the most rows, counted from 0.
inline std::size_t fullest_leaf(const std::string& file) {
    std::size_t found = 0;
    std::uint32_t most = 0;
    for (std::size_t number = 1; number < file.size() / page; ++number) {
        if (file[number * page] != 0x0d) continue;
        const std::uint32_t rows = big_endian(file, number * page + 3, 2);
        if (rows > most) found = number;
        most = std::max(most, rows);
    }
    return found;
}

inline void spoil(PowercutDisk& disk, const char* name,
                  const std::function<void(std::string&)>& change) {
    std::string bytes = disk.bytes(name);
    change(bytes);
    disk.put_bytes(name, bytes);
}

}  // namespace outrider::offline
