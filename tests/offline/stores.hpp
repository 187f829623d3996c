#pragma once
// What the tests of this folder open and fill.

#include "offline/store.hpp"
#include "tests/support/result.hpp"

#include <chrono>
#include <fstream>
#include <iterator>
#include <string>

namespace outrider::offline {

inline constexpr Instant start{std::chrono::milliseconds(1'790'000'000'000)};

inline StoreOptions in_memory() {
    StoreOptions options;
    options.database.path = ":memory:";
    return options;
}

inline std::unique_ptr<Store> open_store(const StoreOptions& options) {
    Result<std::unique_ptr<Store>> store = Store::open(options);
    REQUIRE(store);
    return std::move(*store);
}

inline std::unique_ptr<Store> open_store(const std::string& path) {
    StoreOptions options;
    options.database.path = path;
    return open_store(options);
}

// Commits envelopes one by one, each a captured fix, with "1", "2" ... as bodies.
inline void fill(Store& store, Lane lane, int count, std::string_view destination = "a") {
    for (int i = 0; i < count; ++i) {
        const Result<> done = store.commit(start, [&]() -> Result<> {
            const Result<std::int64_t> to = store.outbox().destination(destination);
            if (!to) return to.error();
            const std::string body =
                std::to_string(store.ledger().balance(lane == Lane::pings ? "accepted:pings"
                                                                          : "accepted:actions") +
                               1);
            const auto added = store.outbox().add(lane, start + std::chrono::seconds(i), *to, body);
            if (!added) return added.error();
            if (lane == Lane::pings) store.ledger().count("captured");
            return {};
        });
        REQUIRE(done);
    }
}

inline std::vector<std::int64_t> queue(Store& store, Lane lane) {
    const auto envelopes = store.outbox().oldest(lane, 1'000'000);
    REQUIRE(envelopes);
    std::vector<std::int64_t> sequences;
    for (const Envelope& envelope : *envelopes) sequences.push_back(envelope.sequence);
    return sequences;
}

inline Audit audit(Store& store) {
    Result<Audit> books = store.audit();
    REQUIRE(books);
    return std::move(*books);
}

inline std::string file_bytes(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

inline bool contains(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

}  // namespace outrider::offline
