#include "offline/store.hpp"
#include "tests/offline/stores.hpp"
#include "tests/support/temporary_directory.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <charconv>
#include <chrono>
#include <set>
#include <string>

namespace outrider::offline {
namespace {

using std::chrono::seconds;

// "record 000042 ...": the second it speaks of, and enough words to be found again.
std::string record(int second) { return fmt::format("record {:06} of the track", second); }

std::optional<Instant> time_of(std::string_view text) {
    int second = 0;
    if (!text.starts_with("record ")) return std::nullopt;
    std::from_chars(text.data() + 7, text.data() + 13, second);
    return start + seconds(second);
}

Span span(int from, int to) { return {start + seconds(from), start + seconds(to)}; }

void append(Store& store, int from, int to) {
    for (int second = from; second < to; ++second) {
        store.journal().append(start + seconds(second), record(second));
        if (second % 40 == 39) REQUIRE(store.commit(start + seconds(second)));
    }
}

std::set<int> on_record(Store& store) {
    std::set<int> found;
    const Result<> read =
        store.journal().read(Instant{}, Instant::max(), [&](std::string_view text) {
            if (const auto at = time_of(text)) {
                found.insert(static_cast<int>((*at - start).count() / 1000));
            }
            return Result<>();
        });
    CHECK(read);
    return found;
}

std::set<int> seconds_of(int from, int to, int gap_from, int gap_to) {
    std::set<int> all;
    for (int i = from; i < to; ++i) {
        if (i < gap_from || i >= gap_to) all.insert(i);
    }
    return all;
}

std::string everything(const std::string& path) {
    return file_bytes(path) + file_bytes(path + "-wal");
}

TEST_CASE("exactly the records of the span are forgotten, in blocks at its border, too") {
    auto store = open_store(in_memory());
    append(*store, 0, 1010);  // the last ten are not yet in a block on the disk
    const auto found = store->on_record(span(300, 1005), time_of);
    REQUIRE(found);
    CHECK(found->track == 705);
    const auto gone = store->forget_track(span(300, 1005), time_of, start);
    REQUIRE(gone);
    CHECK(gone->track == 705);
    CHECK(on_record(*store) == seconds_of(0, 1010, 300, 1005));
    CHECK(audit(*store).forgotten == 705);
    CHECK(store->forget_track(span(300, 1005), time_of, start)->track == 0);
    CHECK(audit(*store).forgotten == 705);
}

TEST_CASE("a long span goes in some commits") {
    auto store = open_store(in_memory());
    append(*store, 0, 20'000);
    CHECK(store->forget_track(span(10, 19'990), time_of, start)->track == 19'980);
    CHECK(on_record(*store) == seconds_of(0, 20'000, 10, 19'990));
}

TEST_CASE("a record nobody can read goes with the block it is in") {
    auto store = open_store(in_memory());
    append(*store, 0, 10);
    store->journal().append(start + seconds(10), "of another kind");
    append(*store, 11, 20);
    CHECK(store->forget_track(span(100, 200), time_of, start)->track == 0);  // another block's
    CHECK(store->forget_track(span(15, 18), time_of, start)->track == 4);
    CHECK(on_record(*store).size() == 16);
}

TEST_CASE("what was forgotten is not in the file, the log or behind the file's end") {
    const test::TemporaryDirectory directory;
    const std::string path = directory.file("a.db");
    {
        auto store = open_store(path);
        for (int round = 0; round < 10; ++round) {
            append(*store, round * 400, round * 400 + 400);
            fill(*store, Lane::pings, 50);  // pages come and go
            const auto waiting = queue(*store, Lane::pings);
            REQUIRE(store->commit(
                start, [&] { return store->outbox().deliver(Lane::pings, waiting, start); }));
        }
        REQUIRE(contains(everything(path), record(2000)));
        CHECK(store->forget_track(span(1000, 3000), time_of, start)->track == 2000);
        const auto scrubbed = store->scrub();
        REQUIRE(scrubbed);
        CHECK(*scrubbed);
        const std::string bytes = everything(path);
        int kept = 0;  // but for those that lie across two pages
        for (int second = 0; second < 4000; ++second) {
            CAPTURE(second);
            const bool there = contains(bytes, record(second));
            const bool forgotten = second >= 1000 && second < 3000;
            CHECK_FALSE((forgotten && there));
            if (there) ++kept;
        }
        CHECK(kept > 1800);
        append(*store, 4000, 4400);
        CHECK(audit(*store).balances());
    }
    auto store = open_store(path);
    CHECK_FALSE(store->salvaged());
    CHECK(on_record(*store) == seconds_of(0, 4400, 1000, 3000));
    CHECK(audit(*store).forgotten == 2000);
    CHECK(store->verify()->holds());
}

TEST_CASE("pings of the span are discarded, waiting and dead ones, and the chain holds") {
    auto store = open_store(in_memory());
    fill(*store, Lane::pings, 100);
    fill(*store, Lane::actions, 5);
    REQUIRE(store->commit(
        start, [&] { return store->outbox().bury(Lane::pings, 21, "no such unit", start); }));
    REQUIRE(store->commit(
        start, [&] { return store->outbox().bury(Lane::pings, 90, "no such unit", start); }));
    const auto gone = store->forget_pings(span(10, 60), start);  // pings 11 to 60
    REQUIRE(gone);
    CHECK(gone->pings == 49);
    CHECK(gone->dead_pings == 1);
    const Audit books = audit(*store);
    CHECK(books.balances());
    CHECK(books.of(Lane::pings).by(Cause::discarded) == 50);
    CHECK(books.of(Lane::pings).queued == 49);
    CHECK(books.of(Lane::pings).dead == 1);
    CHECK(books.of(Lane::actions).queued == 5);
    CHECK(store->verify()->holds());
    CHECK(store->forget_pings(span(10, 60), start)->pings == 0);
}

}  // namespace
}  // namespace outrider::offline
