#include "offline/ledger.hpp"

#include <algorithm>

namespace outrider::offline {

void Ledger::count(std::string_view name, std::int64_t n) {
    if (n == 0) return;
    auto known = accounts_.find(name);
    if (known == accounts_.end()) known = accounts_.emplace(name, Account()).first;
    Account& account = known->second;
    account.balance += n;
    auto& change = in_commit_ ? account.within : account.before;
    if (!change) (in_commit_ ? within_ : before_).push_back(&*known);
    change = change.value_or(0) + n;
}

std::int64_t Ledger::balance(std::string_view account) const {
    const auto known = accounts_.find(account);
    return known == accounts_.end() ? 0 : known->second.balance;
}

std::map<std::string, std::int64_t> Ledger::balances(std::string_view beginning) const {
    std::map<std::string, std::int64_t> found;
    for (const auto& [name, account] : accounts_) {
        if (account.balance != 0 && name.starts_with(beginning)) {
            found.emplace(name, account.balance);
        }
    }
    return found;
}

Result<> Ledger::load(Database& database) {
    for (auto& [name, account] : accounts_) account.balance = account.before.value_or(0);
    const Result<Statement*> rows = database.query("SELECT account, count FROM ledger");
    if (!rows) return rows.error();
    for (;;) {
        const Result<bool> row = (*rows)->step();
        if (!row) return row.error();
        if (!*row) return {};
        accounts_[std::string((*rows)->text(0))].balance += (*rows)->integer(1);
    }
}

Result<> Ledger::write(Database& database) {
    for (Changed* changed : {&before_, &within_}) {
        std::ranges::sort(*changed, {}, [](const auto* each) { return each->first; });
        for (const auto* each : *changed) {
            const auto& [name, account] = *each;
            if (changed == &before_ && account.within) continue;
            const Result<> done = database.run(
                "INSERT INTO ledger VALUES (?, ?) ON CONFLICT DO UPDATE SET count = excluded.count",
                std::string_view(name), account.balance);
            if (!done) return done;
        }
    }
    return {};
}

void Ledger::written() {
    for (auto* each : before_) each->second.before.reset();
    for (auto* each : within_) each->second.within.reset();
    before_.clear();
    within_.clear();
    in_commit_ = false;
}

void Ledger::take_back() {
    for (auto* each : within_) {
        Account& account = each->second;
        account.balance -= *account.within;
        account.within.reset();
    }
    within_.clear();
    in_commit_ = false;
}

}  // namespace outrider::offline
