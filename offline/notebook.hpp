#pragma once
// What the office last said, for as long as it cannot be asked: documents by name, each with the
// time it was heard.

#include "offline/database.hpp"
#include "offline/ledger.hpp"

#include <map>
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
    // Those on the disk whose names begin so, by name.
    Result<std::map<std::string, Page>> read_all(std::string_view beginning);
    // For what is not worth a commit of its own: goes with the next one. An empty text takes the
    // page away.
    void lay_by(std::string name, std::string text, Instant heard);
    bool owes() const { return !laid_by_.empty(); }

private:
    friend class Store;
    Notebook(Database& database, const Ledger& ledger) : database_(database), ledger_(ledger) {}
    Result<> write_laid_by();             // within a transaction
    void written() { laid_by_.clear(); }  // after the commit
    Database& database_;
    const Ledger& ledger_;
    std::map<std::string, Page> laid_by_;
};

}  // namespace outrider::offline
