#include "client/cli/audit.hpp"

#include "client/api/local.hpp"
#include "client/cli/commands.hpp"
#include "client/cli/exit_code.hpp"

#include <fmt/format.h>

#include <numeric>

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

std::int64_t accounted(const offline::Audit& audit) {
    const auto& pings = audit.of(offline::Lane::pings);
    std::int64_t sum = accounted(pings) - pings.by(offline::Cause::skipped);
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
          {Cause::skipped, "  numbers left out after the disk was damaged"}}) {
        if (books.by(cause) > 0 || cause == Cause::expired) out += row(words, books.by(cause));
    }
    return out;
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
    std::string out = "Every fix the receiver gave us\n" + owed(audit.of(offline::Lane::pings));
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
    const auto wrong = objections(audit);
    out += "\n";
    for (const auto& objection : wrong) out += "  - " + objection + "\n";
    return out +
           (wrong.empty() ? style.paint(Colour::good, "The books balance: nothing was lost.")
                          : style.paint(Colour::bad,
                                        "The books do NOT balance: keep the database "
                                        "and report this.")) +
           "\n";
}

Async<int> audit(Context& context, AgentLink& link, AuditCommand command) {
    const auto answer = co_await link.ask("/v1/audit");
    if (!answer) co_return complain(context.console, answer.error());
    const auto books = api::parse_audit(*answer);
    if (!books) co_return complain(context.console, books.error());
    const int code = objections(*books).empty() ? exit_ok : exit_unbalanced;
    const std::string text =
        command.form == Form::json ? whole_lines(*answer) : render(*books, context.console.style);
    co_return finish(context.console, context.console.out(text), code);
}

Async<int> run(Context& context, AuditCommand command) {
    AgentLink link = link_to(context, command.where);
    co_return co_await audit(context, link, std::move(command));
}

}  // namespace outrider::cli
