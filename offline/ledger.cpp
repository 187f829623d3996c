#include "offline/ledger.hpp"

namespace outrider::offline {
namespace {

void add(std::map<std::string, std::int64_t, std::less<>>& accounts, std::string_view account,
         std::int64_t n) {
    const auto known = accounts.find(account);
    if (known != accounts.end()) {
        known->second += n;
    } else {
        accounts.emplace(account, n);
    }
}

}  // namespace

void Ledger::count(std::string_view account, std::int64_t n) {
    if (n == 0) return;
    add(balances_, account, n);
    add(in_commit_ ? within_ : before_, account, n);
}

std::int64_t Ledger::balance(std::string_view account) const {
    const auto known = balances_.find(account);
    return known == balances_.end() ? 0 : known->second;
}

Result<> Ledger::load(Database& database) {
    const Result<Statement*> rows = database.query("SELECT account, count FROM ledger");
    if (!rows) return rows.error();
    for (;;) {
        const Result<bool> row = (*rows)->step();
        if (!row) return row.error();
        if (!*row) return {};
        balances_.emplace((*rows)->text(0), (*rows)->integer(1));
    }
}

Result<> Ledger::write(Database& database) {
    for (const Accounts* changed : {&before_, &within_}) {
        for (const auto& [account, change] : *changed) {
            if (changed == &before_ && within_.contains(account)) continue;
            const Result<> done = database.run(
                "INSERT INTO ledger VALUES (?, ?) ON CONFLICT DO UPDATE SET count = excluded.count",
                std::string_view(account), balance(account));
            if (!done) return done;
        }
    }
    return {};
}

void Ledger::written() {
    before_.clear();
    within_.clear();
    in_commit_ = false;
}

void Ledger::take_back() {
    for (const auto& [account, change] : within_) {
        const auto known = balances_.find(account);
        known->second -= change;
        if (known->second == 0) balances_.erase(known);
    }
    within_.clear();
    in_commit_ = false;
}

}  // namespace outrider::offline
