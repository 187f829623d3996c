#pragma once
// What the office last said, for as long as it cannot be asked: documents by name, each with the
// time it was heard.

#include "offline/database.hpp"
#include "offline/ledger.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace outrider::offline {

class Notebook {
public:
    struct Page {
        std::string text;
        Instant heard{};
    };
    // In the place of what that page said before. Refused outside Store::commit.
    Result<> write(std::string_view name, std::string_view text, Instant heard);
    Result<std::optional<Page>> read(std::string_view name);

private:
    friend class Store;
    Notebook(Database& database, const Ledger& ledger) : database_(database), ledger_(ledger) {}
    Database& database_;
    const Ledger& ledger_;
};

}  // namespace outrider::offline
