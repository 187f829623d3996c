#pragma once
// The books: how many fixes and envelopes went where. Counted in memory, written by the same commit
// as what they count.

#include "offline/database.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace outrider::offline {

// Accounts are words: "captured", "not_reported:parked", "accepted:pings", "delivered:pings",
// "dead:pings", "expired:pings".
class Ledger {
public:
    void count(std::string_view account, std::int64_t n = 1);
    // Everything counted so far, what is not yet on disk included.
    std::int64_t balance(std::string_view account) const;
    const std::map<std::string, std::int64_t, std::less<>>& balances() const { return balances_; }
    bool dirty() const { return !before_.empty() || !within_.empty(); }
    bool in_commit() const { return in_commit_; }

private:
    friend class Store;
    using Accounts = std::map<std::string, std::int64_t, std::less<>>;
    Result<> load(Database&);
    // What is counted between begin and written is what take_back undoes.
    void begin() { in_commit_ = true; }
    Result<> write(Database&);
    void written();
    void take_back();
    Accounts balances_;
    Accounts before_, within_;  // not yet on disk: counted before, and by, the commit under way
    bool in_commit_ = false;
};

}  // namespace outrider::offline
