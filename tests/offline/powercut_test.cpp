// The promise itself: what a commit has accepted is there after a power cut at any operation.

#include "offline/powercut_disk.hpp"
#include "tests/support/thorough.hpp"

#include "offline/store.hpp"
#include "tests/offline/stores.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <optional>
#include <set>

namespace outrider::offline {
namespace {

using Key = std::pair<Lane, std::int64_t>;

// The default durability, on purpose: it is what this file is about.
StoreOptions on(PowercutDisk& disk) {
    StoreOptions options;
    options.database.path = "/outrider.db";
    options.database.vfs = disk.vfs();
    options.database.folder = &disk;
    options.database.wal_bytes = 16 * 1024;  // so that checkpoints happen within a short story
    options.database.log_room_bytes = 48 * 1024;
    options.database.growth_bytes = 16 * 1024;
    return options;
}

// The program above the store, which remembers what the store has promised it.
class Witness {
public:
    Witness(PowercutDisk& disk, StoreOptions options) : disk_(disk), options_(std::move(options)) {}

    // Goes on after every failure as long as there is power.
    void live() {
        for (int run = 0; run < 2 && disk_.has_power(); ++run) {
            open();
            for (int i = 0; i < 6 && disk_.has_power(); ++i) {
                add(Lane::pings, 3);
                if (i % 3 == 0) add(Lane::actions, 1);
                if (i % 3 == 1) answer(Lane::pings, 5);
                if (i % 4 == 2) refuse(Lane::pings);
                if (i % 4 == 3) answer(Lane::actions, 1);
            }
            if (run == 0) store_.reset();
        }
    }

    // Everything wrong with what is on the disk now; `lost` counts accepted envelopes not found.
    std::vector<std::string> complaints(int& lost) {
        store_.reset();
        std::vector<std::string> found;
        Result<std::unique_ptr<Store>> store = Store::open(options_);
        if (!store) {
            lost += static_cast<int>(accepted_.size());
            return {"open: " + store.error().detail};
        }
        store_ = std::move(*store);
        const Audit books = audit(*store_);
        for (const std::string& sentence : books.discrepancies) found.push_back(sentence);
        std::map<Key, std::string> queued, dead;
        std::set<Key> receipted;
        for (const Lane lane : lanes) look(lane, queued, dead, receipted);
        for (const auto& [key, body] : accepted_) {
            const auto [lane, sequence] = key;
            const std::string called = fmt::format("{} {}", name(lane), sequence);
            const bool in_queue = queued.contains(key), is_dead = dead.contains(key);
            const int places = int{in_queue} + int{is_dead} + int{receipted.contains(key)};
            if (places == 0) ++lost;
            if (places != 1) found.push_back(fmt::format("{} is in {} places", called, places));
            if (!in_queue && !asked_.contains(key)) found.push_back(called + " left unasked");
            if (in_queue && answered_.contains(key)) found.push_back(called + " came back");
            if (in_queue && queued[key] != body) found.push_back(called + " has changed");
            if (is_dead && dead[key] != body) found.push_back(called + " has changed in death");
        }
        const std::size_t before = accepted_.size();
        add(Lane::pings, 1);
        if (accepted_.size() != before + 1) found.push_back("nothing can be added any more");
        for (const std::string& sentence : audit(*store_).discrepancies) found.push_back(sentence);
        return found;
    }

    // One who knows the same of another disk.
    Witness of(PowercutDisk& disk) const {
        Witness twin(disk, on(disk));
        twin.accepted_ = accepted_;
        twin.asked_ = asked_;
        twin.answered_ = answered_;
        return twin;
    }

    std::vector<std::string> discrepancies() { return audit(*store_).discrepancies; }
    bool opened() const { return store_ != nullptr; }

private:
    void open() {
        // Twice: a passing failure must not be the last word.
        for (int attempt = 0; attempt < 2 && !store_; ++attempt) {
            Result<std::unique_ptr<Store>> store = Store::open(options_);
            if (store) store_ = std::move(*store);
        }
    }

    void add(Lane lane, int count) {
        if (!store_) return;
        std::map<Key, std::string> added;
        const Result<> done = store_->commit(start, [&]() -> Result<> {
            const Result<std::int64_t> to = store_->outbox().destination("office");
            if (!to) return to.error();
            for (int i = 0; i < count; ++i) {
                if (lane == Lane::pings) store_->ledger().count("captured");
                const std::string body(200, static_cast<char>('a' + ++written_ % 26));
                const auto sequence = store_->outbox().add(lane, start, *to, body);
                if (!sequence) return sequence.error();
                added.emplace(Key(lane, *sequence), body);
            }
            store_->journal().append(start + std::chrono::seconds(written_), "a record");
            return {};
        });
        if (done) accepted_.merge(added);
    }

    std::vector<std::int64_t> take(Lane lane, std::size_t count) {
        const auto envelopes = store_->outbox().oldest(lane, count);
        std::vector<std::int64_t> sequences;
        if (!envelopes) return sequences;
        for (const Envelope& envelope : *envelopes) sequences.push_back(envelope.sequence);
        return sequences;
    }

    void answer(Lane lane, std::size_t count) {
        if (!store_) return;
        std::vector<std::int64_t> sequences = take(lane, count);
        if (sequences.size() > 3) sequences.erase(sequences.begin() + 1);  // two receipts, then
        for (const std::int64_t sequence : sequences) asked_.emplace(lane, sequence);
        const Result<> done =
            store_->commit(start, [&] { return store_->outbox().deliver(lane, sequences, start); });
        if (!done) return;
        for (const std::int64_t sequence : sequences) answered_.emplace(lane, sequence);
    }

    void refuse(Lane lane) {
        if (!store_) return;
        for (const std::int64_t sequence : take(lane, 1)) {
            asked_.emplace(lane, sequence);
            const Result<> done = store_->commit(
                start, [&] { return store_->outbox().bury(lane, sequence, "no", start); });
            if (done) answered_.emplace(lane, sequence);
        }
    }

    void look(Lane lane, std::map<Key, std::string>& queued, std::map<Key, std::string>& dead,
              std::set<Key>& receipted) {
        const auto envelopes = store_->outbox().oldest(lane, 10'000);
        const auto letters = store_->outbox().dead_letters(lane, 10'000);
        const auto receipts = store_->outbox().receipts(lane, start, 10'000);
        REQUIRE(envelopes);
        REQUIRE(letters);
        REQUIRE(receipts);
        for (const auto& e : *envelopes) queued.emplace(Key(lane, e.sequence), e.body);
        for (const auto& letter : *letters) {
            dead.emplace(Key(lane, letter.envelope.sequence), letter.envelope.body);
        }
        for (const Receipt& receipt : *receipts) {
            for (auto i = receipt.first; i <= receipt.last; ++i) receipted.emplace(lane, i);
        }
    }

    PowercutDisk& disk_;
    StoreOptions options_;
    std::unique_ptr<Store> store_;
    std::map<Key, std::string> accepted_;  // the commit returned
    std::set<Key> asked_, answered_;       // an answer was to be kept; and was
    int written_ = 0;
};

// Cuts the power at each operation of the same story in turn. Without a seed nothing unsynced
// survives.
struct Outcome {
    std::int64_t cuts = 0;
    int lost = 0;
    std::vector<std::string> complaints;
};

Outcome cut_everywhere(std::optional<std::uint64_t> seed, std::optional<Durability> durability = {},
                       std::int64_t step = 1) {
    Outcome outcome;
    for (std::int64_t operation = 1;; operation += step) {
        PowercutDisk disk("powercut");
        StoreOptions options = on(disk);
        if (durability) options.database.durability = *durability;
        Dice dice(seed.value_or(0) + static_cast<std::uint64_t>(operation));
        disk.cut_at(operation, seed ? &dice : nullptr);
        Witness witness(disk, options);
        witness.live();
        if (disk.has_power()) return outcome;
        ++outcome.cuts;
        disk.power_on();
        for (const std::string& complaint : witness.complaints(outcome.lost)) {
            outcome.complaints.push_back(fmt::format("cut {}: {}", operation, complaint));
        }
    }
}

void no_complaints(const std::vector<std::string>& complaints) {
    CHECK(complaints.empty());
    for (std::size_t i = 0; i < std::min<std::size_t>(complaints.size(), 5); ++i) {
        MESSAGE(complaints[i]);
    }
}

TEST_CASE("what a commit accepted is there after a power cut at each operation in turn") {
    const Outcome outcome = cut_everywhere({});
    CHECK(outcome.lost == 0);
    CHECK(outcome.cuts > 300);
    no_complaints(outcome.complaints);
}

TEST_CASE("what a commit accepted is there when unsynced sectors survive torn and out of order") {
    const Outcome outcome = cut_everywhere(1'000'000, {}, 2);
    CHECK(outcome.lost == 0);
    CHECK(outcome.cuts > 200);
    no_complaints(outcome.complaints);
}

TEST_CASE("the same harness sees accepted envelopes vanish when commits are not synced") {
    for (const Durability durability : {Durability::off, Durability::normal}) {
        const Outcome outcome = cut_everywhere(1'000'000, durability, 7);
        CHECK(outcome.lost > 20);
    }
}

// Crashes the story's disk before each of its changes, `times` over, each time differently.
Outcome crash_everywhere(int times, Durability durability) {
    Outcome outcome;
    PowercutDisk disk("powercut"), image("image");
    StoreOptions options = on(disk);
    options.database.durability = durability;
    Witness witness(disk, options);
    disk.before_each_change([&] {
        for (int i = 0; i < times; ++i) {
            Dice dice(static_cast<std::uint64_t>(++outcome.cuts));
            disk.crash_into(image, dice);
            for (const std::string& complaint : witness.of(image).complaints(outcome.lost)) {
                outcome.complaints.push_back(fmt::format("crash {}: {}", outcome.cuts, complaint));
            }
        }
    });
    witness.live();
    disk.before_each_change({});
    return outcome;
}

// Ten thousand of them when thorough.
TEST_CASE("crashes that leave unsynced sectors torn and out of order lose nothing accepted") {
    const Outcome outcome = crash_everywhere(test::thorough() ? 23 : 4, Durability::full);
    CHECK(outcome.cuts >= (test::thorough() ? 10'000 : 1'500));
    CHECK(outcome.lost == 0);
    no_complaints(outcome.complaints);
}

TEST_CASE("the same crashes lose accepted envelopes when commits are not synced") {
    CHECK(crash_everywhere(1, Durability::normal).lost > 20);
}

TEST_CASE("a start that meets one error of the disk, wherever, tries again") {
    for (std::int64_t operation = 1;; ++operation) {
        CAPTURE(operation);
        PowercutDisk disk("powercut");
        disk.fail_at(operation, EIO);
        const auto store = Store::open(on(disk));
        if (disk.operations() < operation) break;
        REQUIRE(store);
        CHECK_FALSE((*store)->salvaged());
    }
}

// Every operation of the story in turn (every fourth from `first` on unless thorough) fails with
// the error, once or from then on, until the story ends. Returns how many operations that were.
std::int64_t fail_everywhere(int error, bool lasting, std::int64_t first) {
    const std::int64_t step = test::thorough() ? 1 : 4;
    for (std::int64_t operation = test::thorough() ? 1 : first;; operation += step) {
        CAPTURE(operation);
        PowercutDisk disk("powercut");
        if (lasting) {
            disk.fail_from(operation, error);
        } else {
            disk.fail_at(operation, error);
        }
        Witness witness(disk, on(disk));
        witness.live();
        const bool happened = disk.operations() >= operation;
        disk.forget_plan();
        if (!happened) return operation;
        if (witness.opened()) no_complaints(witness.discrepancies());
        if (!lasting) REQUIRE(witness.opened());
        // What a failed sync has left behind shows only when the power goes.
        disk.cut(nullptr);
        disk.power_on();
        int lost = 0;
        no_complaints(witness.complaints(lost));
        CHECK(lost == 0);
    }
}

TEST_CASE("a disk that fails or is full once, at whichever operation, costs nothing accepted") {
    CHECK(fail_everywhere(ENOSPC, false, 1) > 300);
    CHECK(fail_everywhere(EIO, false, 2) > 300);
    CHECK(fail_everywhere(EROFS, false, 3) > 300);
}

TEST_CASE(
    "a disk that stays full, broken or read-only from any operation on costs nothing accepted") {
    CHECK(fail_everywhere(ENOSPC, true, 4) > 300);
    CHECK(fail_everywhere(EIO, true, 3) > 300);
    CHECK(fail_everywhere(EROFS, true, 2) > 300);
}

TEST_CASE("a full disk and a failing disk are named as such") {
    for (const auto& [error, words] :
         {std::pair(ENOSPC, "no space left"), {EIO, "the disk failed"}}) {
        PowercutDisk disk("powercut");
        auto store = open_store(on(disk));
        store->ledger().count("captured");
        disk.fail_at(disk.operations() + 1, error);
        const Result<> done = store->commit(start);
        REQUIRE_FALSE(done);
        CHECK(done.error().fault == Fault::storage);
        CHECK(contains(done.error().detail, words));
        CHECK(contains(done.error().detail, "/outrider.db"));
    }
}

TEST_CASE("a power cut during a migration leaves the old version or the new one, with its rows") {
    const Migration old[] = {{1, "CREATE TABLE t (a INTEGER); INSERT INTO t VALUES (1), (2), (3)"}};
    const Migration both[] = {old[0],
                              {2,
                               "ALTER TABLE t ADD COLUMN b INTEGER NOT NULL DEFAULT 7;"
                               "CREATE TABLE u (c INTEGER); INSERT INTO u SELECT a FROM t"}};
    int before = 0, after = 0;
    for (std::int64_t operation = 1;; ++operation) {
        CAPTURE(operation);
        PowercutDisk disk("powercut");
        const DatabaseOptions options = on(disk).database;
        REQUIRE(Database::open(options, old));
        Dice dice(static_cast<std::uint64_t>(operation));
        disk.cut_at(disk.operations() + operation, &dice);
        static_cast<void>(Database::open(options, both));
        if (disk.has_power()) break;
        disk.power_on();
        {
            auto database = Database::open(options, old);
            ++(database ? before : after);
            if (database) {
                CHECK(*database->number("SELECT sum(a) FROM t") == 6);
            } else {
                CHECK(contains(database.error().detail, "newer outrider"));
            }
        }
        auto database = Database::open(options, both);
        REQUIRE(database);
        CHECK(*database->number("SELECT sum(a * b) FROM t") == 42);
        CHECK(*database->number("SELECT sum(c) FROM u") == 6);
    }
    CHECK(before > 5);
    CHECK(after > 2);
}

}  // namespace
}  // namespace outrider::offline
