#pragma once
// The books: how many fixes and envelopes went where. Counted in memory, written by the same commit
// as what they count.

#include "offline/database.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace outrider::offline {

// Accounts are words: "captured", "not_reported:parked", "accepted:pings", "delivered:pings",
// "dead:pings", "expired:pings".
class Ledger {
public:
    Ledger() = default;
    Ledger(const Ledger&) = delete;
    Ledger& operator=(const Ledger&) = delete;

    void count(std::string_view account, std::int64_t n = 1);
    // Everything counted so far, what is not yet on disk included.
    std::int64_t balance(std::string_view account) const;
    // Those that are not 0, of accounts whose names begin so.
    std::map<std::string, std::int64_t> balances(std::string_view beginning = {}) const;
    bool dirty() const { return !before_.empty() || !within_.empty(); }
    bool in_commit() const { return in_commit_; }

private:
    friend class Store;
    struct Account {
        std::int64_t balance = 0;
        std::optional<std::int64_t> before, within;  // of it, not yet on disk: see below
    };
    // Asked several times for each fix: found by their hash, and put in order where that matters.
    using Accounts = std::unordered_map<std::string, Account, TextHash, std::equal_to<>>;
    using Changed = std::vector<Accounts::value_type*>;
    // What has been counted since the last commit stays on top of what the file says.
    Result<> load(Database&);
    // What is counted between begin and written is what take_back undoes.
    void begin() { in_commit_ = true; }
    Result<> write(Database&);
    void written();
    void take_back();
    Accounts accounts_;
    Changed before_, within_;  // counted before, and by, the commit under way
    bool in_commit_ = false;
};

}  // namespace outrider::offline
