#include "client/cli/audit.hpp"

#include "client/agent/coverage.hpp"
#include "client/api/local.hpp"
#include "client/cli/commands.hpp"
#include "client/cli/coverage.hpp"
#include "client/cli/exit_code.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <numeric>
#include <optional>
#include <utility>
#include <vector>

namespace outrider::cli {

namespace {

std::string row(std::string_view label, std::int64_t amount) {
    return fmt::format("{:<54}{:>14}\n", label, grouped(amount));
}

std::string rule() { return std::string(68, '-') + "\n"; }

std::string in_words(std::string_view account) {
    std::string words(account);
    for (char& c : words) c = c == '_' ? ' ' : c;
    return words;
}

std::int64_t accounted(const offline::Audit::Lane& lane) {
    return std::accumulate(lane.gone.begin(), lane.gone.end(), lane.queued + lane.dead);
}

// A number that was left out was never a fix.
offline::Audit::Lane fixes(const offline::Audit& audit) {
    offline::Audit::Lane books = audit.of(offline::Lane::pings);
    books.gone[static_cast<std::size_t>(offline::Cause::skipped) - 1] = 0;
    return books;
}

std::int64_t accounted(const offline::Audit& audit) {
    std::int64_t sum = accounted(fixes(audit));
    for (const auto& [verdict, count] : audit.not_reported) sum += count;
    return sum;
}

std::string owed(const offline::Audit::Lane& books) {
    using offline::Cause;
    std::string out = row("  delivered to the office", books.by(Cause::delivered)) +
                      row("  waiting to be sent", books.queued) +
                      row("  refused by the office for good", books.dead);
    for (const auto& [cause, words] :
         {std::pair{Cause::expired, "  given up as too old"},
          {Cause::thinned, "  left out to make room, the track keeping its shape"},
          {Cause::dropped, "  dropped, the queue being full"},
          {Cause::discarded, "  discarded by hand"},
          {Cause::lost, "  destroyed with the disk"},
          {Cause::settled, "  settled: the office had it so already"},
          {Cause::skipped, "  numbers left out after the disk was damaged"}}) {
        if (books.by(cause) > 0 || cause == Cause::expired) out += row(words, books.by(cause));
    }
    return out;
}

std::string verdict(const offline::Audit& audit) {
    std::int64_t lost = 0;
    for (const auto lane : offline::lanes) lost += audit.of(lane).by(offline::Cause::lost);
    if (lost == 0) return "The books balance: nothing was lost.";
    return fmt::format("The books balance: {} destroyed with the disk {} in them.", grouped(lost),
                       lost == 1 ? "is" : "are");
}

}  // namespace

std::vector<std::string> objections(const offline::Audit& audit) {
    std::vector<std::string> found = audit.discrepancies;
    if (!found.empty()) return found;
    if (const auto sum = accounted(audit); sum != audit.captured) {
        found.push_back(fmt::format("{} fixes were captured, {} are accounted for",
                                    grouped(audit.captured), grouped(sum)));
    }
    for (const auto lane : offline::lanes) {
        const auto& books = audit.of(lane);
        if (const auto sum = accounted(books); sum != books.accepted) {
            found.push_back(fmt::format("{} {} were accepted, {} are accounted for",
                                        grouped(books.accepted), offline::name(lane),
                                        grouped(sum)));
        }
    }
    return found;
}

std::string render(const offline::Audit& audit, Style style) {
    std::string out = "Every fix the receiver gave us\n" + owed(fixes(audit));
    for (const auto& [verdict, count] : audit.not_reported) {
        out += row("  not reported: " + in_words(verdict), count);
    }
    out += rule() + row("accounted for", accounted(audit)) + row("captured", audit.captured);
    for (const auto lane : offline::lanes) {
        const auto& books = audit.of(lane);
        if (books.accepted == 0 && accounted(books) == 0) continue;
        out += fmt::format("\nEverything owed to the office: {}\n", offline::name(lane)) +
               owed(books) + rule() + row("accounted for", accounted(books)) +
               row("put in the queue", books.accepted);
    }
    if (audit.forgotten > 0) {
        out += "\n" + row("Deleted by hand from the track on this device", audit.forgotten);
    }
    const auto wrong = objections(audit);
    out += "\n";
    for (const auto& objection : wrong) out += "  - " + objection + "\n";
    return out +
           (wrong.empty() ? style.paint(Colour::good, verdict(audit))
                          : style.paint(Colour::bad,
                                        "The books do NOT balance: keep the database "
                                        "and report this.")) +
           "\n";
}

std::string render(const offline::Custody& custody, Style style) {
    std::string out = "Every record, followed from link to link\n";
    out += row("  proven: here, and as it was accepted", custody.proven);
    out += row("  receipted: gone, and on record when and why", custody.vouched);
    out += row("  unproven: nothing before it to follow from", custody.unproven);
    out += "\n";
    for (const auto& discrepancy : custody.discrepancies) out += "  - " + discrepancy + "\n";
    return out +
           (custody.holds()
                ? style.paint(
                      Colour::good,
                      "The chain holds: nothing was dropped, invented, reordered or changed.")
                : style.paint(Colour::bad,
                              "The chain is BROKEN: keep the database and report this.")) +
           "\n";
}

namespace {

struct Findings {
    offline::Audit books;
    std::optional<offline::Custody> custody;
    std::vector<api::Coverage> coverage;  // by days
};

int report(const Console& console, const Findings& found, Form form) {
    const bool sound =
        objections(found.books).empty() && (!found.custody || found.custody->holds());
    std::string text;
    if (form == Form::json) {
        text =
            found.custody ? api::to_json(found.books, *found.custody) : api::to_json(found.books);
        text = api::with_coverage(std::move(text), found.coverage) + "\n";
    } else {
        text = render(found.books, console.style);
        if (found.custody) text += "\n" + render(*found.custody, console.style);
        if (!found.coverage.empty()) text += "\n" + render(found.coverage, console.style);
    }
    return finish(console, console.out(text), sound ? exit_ok : exit_unbalanced);
}

Async<Result<offline::Custody>> ask_for_proof(AgentLink& link) {
    std::string proof;
    AgentLink::Each each = [&proof](std::string_view line) -> Result<> {
        proof = line;
        return {};
    };
    const auto read = co_await link.lines("/v1/custody", std::move(each));
    if (!read) co_return read.error();
    co_return api::parse_custody(proof);
}

// From the disk alone. Opening it makes a file that is not there, so that is looked at before.
int audit_file(const Console& console, const AuditCommand& command) {
    std::error_code ignored;
    if (!std::filesystem::is_regular_file(command.database, ignored)) {
        const Error missing(Fault::storage, command.database +
                                                " is no file: an agent keeps outrider.db in its "
                                                "state directory, see `outrider config show`");
        return complain(console, missing);
    }
    offline::StoreOptions options;
    options.database.path = command.database;
    const auto store = offline::Store::open(options);
    if (!store) return complain(console, store.error());
    auto books = (*store)->audit();
    if (!books) return complain(console, books.error());
    Findings found{std::move(*books), {}, {}};
    const auto pages = (*store)->notebook().read_all(agent::Coverage::page_prefix);
    if (!pages) return complain(console, pages.error());
    agent::Coverage coverage(Uptime(), std::chrono::days(1));
    for (const auto& [name, page] : *pages) coverage.load(name, page.text);
    found.coverage = coverage.of_days();
    if (command.verify) {
        auto custody = (*store)->verify();
        if (!custody) return complain(console, custody.error());
        found.custody = std::move(*custody);
    }
    return report(console, found, command.form);
}

// Without an agent the file itself can be asked.
int complain_and_offer(const Console& console, const Error& error) {
    const int code = complain(console, error);
    if (error.fault == Fault::unreachable && !error.ambiguous) {
        console.err("Without an agent: outrider audit --database /var/lib/outrider/outrider.db\n");
    }
    return code;
}

}  // namespace

Async<int> audit(Context& context, AgentLink& link, AuditCommand command) {
    const Console& console = context.console;
    const auto answer = co_await link.ask("/v1/audit");
    if (!answer) co_return complain_and_offer(console, answer.error());
    auto books = api::parse_audit(*answer);
    if (!books) co_return complain(console, books.error());
    auto coverage = api::parse_coverage(*answer);
    if (!coverage) co_return complain(console, coverage.error());
    Findings found;
    found.books = std::move(*books);
    found.coverage = std::move(*coverage);
    if (command.verify) {
        auto custody = co_await ask_for_proof(link);
        if (!custody) co_return complain(console, custody.error());
        found.custody = std::move(*custody);
    }
    co_return report(console, found, command.form);
}

Async<int> run(Context& context, AuditCommand command) {
    if (!command.database.empty()) co_return audit_file(context.console, command);
    AgentLink link = link_to(context, command.where);
    co_return co_await audit(context, link, std::move(command));
}

}  // namespace outrider::cli
