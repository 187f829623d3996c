// Writes to the outbox until it is killed, and says what is kept only once it is kept:
//   writer enqueue|drive|age FILE full|normal COUNT [WAL_BYTES]
//   writer answer FILE full|normal COUNT [WAL_BYTES]
//   writer verify FILE
// "a 7": envelope 7 was accepted. "g 1 5": 1 to 5 are about to be taken off; "d 1 5": they are off.
#include "offline/migrations.hpp"
#include "offline/store.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace outrider;
using namespace outrider::offline;

constexpr Instant start{std::chrono::milliseconds(1'790'000'000'000)};
constexpr std::size_t taken_off_at_once = 5;

// Its reader may stop us between any two of its bytes, so it is one write.
void say(const std::string& line) {
    if (::write(STDOUT_FILENO, line.data(), line.size()) < 0) std::_Exit(3);
}

[[noreturn]] void fail(const Error& error) {
    std::fprintf(stderr, "writer: %s\n", error.detail.c_str());
    std::_Exit(1);
}

template <class T>
T must(Result<T> result) {
    if (!result) fail(result.error());
    return std::move(*result);
}

void must(const Result<>& result) {
    if (!result) fail(result.error());
}

// So long that pages fill up, and another for each number.
std::string body_of(std::int64_t sequence) {
    const auto length = static_cast<std::size_t>(40 + sequence * 37 % 400);
    std::string body = fmt::format("{}:", sequence);
    while (body.size() < length) body += static_cast<char>('a' + sequence % 26);
    return body;
}

struct Task {
    std::string what, path;
    StoreOptions options;
    std::int64_t count = 0;
};

void add_one(Store& store) {
    std::int64_t sequence = 0;
    must(store.commit(start, [&]() -> Result<> {
        const auto to = store.outbox().destination("the office");
        if (!to) return to.error();
        const auto next = store.ledger().balance("accepted:pings") + 1;
        const auto added =
            store.outbox().add(Lane::pings, start + std::chrono::seconds(next), *to, body_of(next));
        if (!added) return added.error();
        sequence = *added;
        store.ledger().count("captured");
        return {};
    }));
    say(fmt::format("a {}\n", sequence));
}

// True when there was something to take off.
bool take_off(Store& store) {
    const auto oldest = must(store.outbox().oldest(Lane::pings, taken_off_at_once));
    if (oldest.empty()) return false;
    std::vector<std::int64_t> sequences;
    for (const auto& envelope : oldest) sequences.push_back(envelope.sequence);
    say(fmt::format("g {} {}\n", sequences.front(), sequences.back()));
    must(
        store.commit(start, [&] { return store.outbox().deliver(Lane::pings, sequences, start); }));
    say(fmt::format("d {} {}\n", sequences.front(), sequences.back()));
    return true;
}

int enqueue(const Task& task) {
    const auto store = must(Store::open(task.options));
    for (std::int64_t i = 0; i < task.count; ++i) add_one(*store);
    return 0;
}

int answer(const Task& task) {
    const auto store = must(Store::open(task.options));
    for (std::int64_t i = 0; i < task.count && take_off(*store); ++i) continue;
    return 0;
}

// Both by turns, so that the queue neither ends nor grows for ever.
int drive(const Task& task) {
    const auto store = must(Store::open(task.options));
    for (std::int64_t i = 1; i <= task.count; ++i) {
        add_one(*store);
        if (i % 6 == 0) (void)take_off(*store);
    }
    return 0;
}

// A file as the first release left it.
int age(const Task& task) {
    auto database = must(Database::open(task.options.database, store_migrations().first(1)));
    must(database.run("INSERT INTO destination (id, text) VALUES (1, 'the office')"));
    for (std::int64_t i = 1; i <= task.count; ++i) {
        must(database.run("INSERT INTO pings VALUES (?, ?, 1, CAST(? AS BLOB))", i,
                          start + std::chrono::seconds(i), std::string_view(body_of(i))));
    }
    for (const std::string_view account : {"captured", "accepted:pings"}) {
        must(database.run("INSERT INTO ledger VALUES (?, ?)", account, task.count));
    }
    return 0;
}

std::string numbers(const std::vector<std::int64_t>& list) {
    return fmt::format("[{}]", fmt::join(list, ","));
}

// What the file holds, as JSON.
int verify(const Task& task) {
    const auto store = must(Store::open(task.options));
    std::vector<std::int64_t> queued, altered, gone;
    for (const auto& envelope : must(store->outbox().oldest(Lane::pings, 1'000'000))) {
        queued.push_back(envelope.sequence);
        if (envelope.body != body_of(envelope.sequence)) altered.push_back(envelope.sequence);
    }
    std::string runs;
    for (const auto& receipt : must(store->outbox().receipts(Lane::pings, Instant{}, 1'000'000))) {
        runs += fmt::format("{}[{},{}]", runs.empty() ? "" : ",", receipt.first, receipt.last);
    }
    const Audit books = must(store->audit());
    fmt::print(
        "{{\"queued\":{},\"altered\":{},\"delivered\":[{}],\"accepted\":{},"
        "\"discrepancies\":{}}}\n",
        numbers(queued), numbers(altered), runs, store->ledger().balance("accepted:pings"),
        books.discrepancies.size());
    for (const auto& sentence : books.discrepancies) {
        std::fprintf(stderr, "%s\n", sentence.c_str());
    }
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    const std::vector<std::string> given(argv + 1, argv + argc);
    Task task;
    if (given.size() > 1) {
        task.what = given[0];
        task.path = given[1];
    }
    task.options.database.path = task.path;
    if (given.size() > 3) {
        if (given[2] == "normal") task.options.database.durability = Durability::normal;
        task.count = std::atoll(given[3].c_str());
    }
    if (given.size() > 4) task.options.database.wal_bytes = std::atoi(given[4].c_str());
    if (task.what == "enqueue") return enqueue(task);
    if (task.what == "answer") return answer(task);
    if (task.what == "drive") return drive(task);
    if (task.what == "age") return age(task);
    if (task.what == "verify") return verify(task);
    std::fprintf(stderr, "writer: see writer.cpp for what it can do\n");
    return 64;
}
