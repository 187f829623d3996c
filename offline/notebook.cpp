#include "offline/notebook.hpp"

#include <utility>

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

Result<std::map<std::string, Notebook::Page>> Notebook::read_all(std::string_view beginning) {
    const Result<Statement*> rows =
        database_.query("SELECT name, text, heard FROM notebook WHERE substr(name, 1, ?) = ?",
                        static_cast<std::int64_t>(beginning.size()), beginning);
    if (!rows) return rows.error();
    std::map<std::string, Page> pages;
    for (;;) {
        const Result<bool> row = (*rows)->step();
        if (!row) return row.error();
        if (!*row) return pages;
        pages.emplace((*rows)->text(0), Page{std::string((*rows)->text(1)), (*rows)->instant(2)});
    }
}

void Notebook::lay_by(std::string name, std::string text, Instant heard) {
    laid_by_.insert_or_assign(std::move(name), Page{std::move(text), heard});
}

Result<> Notebook::write_laid_by() {
    for (const auto& [name, page] : laid_by_) {
        const Result<> done =
            page.text.empty()
                ? database_.run("DELETE FROM notebook WHERE name = ?", std::string_view(name))
                : write(name, page.text, page.heard);
        if (!done) return done;
    }
    return {};
}

}  // namespace outrider::offline
