// `outrider forget`: what would go is told first, and nothing goes that was not meant.

#include "client/cli/agent_time.hpp"
#include "client/cli/commands.hpp"
#include "client/cli/dates.hpp"
#include "client/cli/exit_code.hpp"
#include "client/cli/private.hpp"

#include <fmt/format.h>

#include <utility>

namespace outrider::cli {

namespace {

Result<api::ForgetRequest> request_of(const ForgetCommand& command, Instant now) {
    api::ForgetRequest request;
    request.queued = command.queued;
    request.for_good = command.yes;
    if (!command.before.empty()) {
        const auto before = parse_stretch(command.before, now);
        if (!before) return Error(before.error().fault, "--before: " + before.error().detail);
        request.to = before->first;
    }
    if (command.from.empty()) return request;
    const auto span = parse_span(command.from, command.to, now);
    if (!span) return span.error();
    request.from = span->first;
    request.to = span->last;
    return request;
}

}  // namespace

std::string render(const api::ForgetAnswer& answer, Style style) {
    const char* verb = answer.done ? "deleted" : "would be deleted";
    std::string out =
        fmt::format("The track on this device: {} fixes {}.\n", grouped(answer.track), verb);
    if (answer.queued > 0 || answer.dead > 0) {
        out += fmt::format(
            "Positions the office has not got: {}, refused by it: {}. {}\n", grouped(answer.queued),
            grouped(answer.dead),
            answer.kept_queued
                ? "They stay; --queued deletes them, too."
                : fmt::format("These {}.", answer.done ? "were discarded" : "would be discarded"));
    }
    if (answer.damaged_files > 0) {
        out += fmt::format("Damaged copies of the database, whatever they hold: {} files {}.\n",
                           answer.damaged_files, verb);
    }
    for (const std::string& sentence : answer.left) {
        out += style.paint(Colour::warning, sentence) + "\n";
    }
    return out;
}

Async<int> forget(Context& context, AgentLink& link, ForgetCommand command) {
    const Console& console = context.console;
    const Instant now = co_await time_by_agent(context, link);
    const auto request = request_of(command, now);
    if (!request) {
        complain(console, request.error());
        co_return exit_usage;
    }
    const std::string target = "/v1/forget", body = api::to_json(*request);
    const auto text = co_await link.post(target, body);
    if (!text) co_return complain(console, text.error());
    const auto answer = api::parse_forget_answer(*text);
    if (!answer) co_return complain(console, answer.error());
    const std::string said =
        command.form == Form::json ? whole_lines(*text) : render(*answer, console.style);
    const Result<> written = console.out(said);
    if (!answer->done) {
        console.err("outrider: nothing was deleted: add --yes to lose this for good\n");
    }
    co_return finish(console, written, answer->done ? exit_ok : exit_usage);
}

Async<int> run(Context& context, ForgetCommand command) {
    AgentLink link = link_to(context, command.where);
    co_return co_await forget(context, link, std::move(command));
}

}  // namespace outrider::cli
