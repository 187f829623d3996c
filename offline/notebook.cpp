#include "offline/notebook.hpp"

namespace outrider::offline {

Result<> Notebook::write(std::string_view name, std::string_view text, Instant heard) {
    if (!ledger_.in_commit()) {
        return Error(Fault::storage, "the notebook was changed outside a commit: this is a defect");
    }
    return database_.run(
        "INSERT INTO notebook VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET heard = excluded.heard, "
        "text = excluded.text",
        name, heard, text);
}

Result<std::optional<Notebook::Page>> Notebook::read(std::string_view name) {
    const Result<Statement*> rows =
        database_.query("SELECT text, heard FROM notebook WHERE name = ?", name);
    if (!rows) return rows.error();
    const Result<bool> row = (*rows)->step();
    if (!row) return row.error();
    std::optional<Page> page;
    if (*row) page = Page{std::string((*rows)->text(0)), (*rows)->instant(1)};
    (*rows)->reset();
    return page;
}

}  // namespace outrider::offline
