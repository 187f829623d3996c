#include "client/cli/queue.hpp"

#include "client/cli/agent_time.hpp"
#include "client/cli/exit_code.hpp"

#include <fmt/format.h>

namespace outrider::cli {

namespace {

using Verb = QueueCommand::Verb;

bool of_the_dead(Verb verb) { return verb == Verb::dead_ls || verb == Verb::dead_show; }

std::string queue_target(std::optional<offline::Lane> lane, std::int64_t from, std::int64_t limit) {
    std::string target = fmt::format("/v1/queue?from={}&limit={}", from, limit);
    if (lane) target += fmt::format("&lane={}", name(*lane));
    return target;
}

std::string more(Verb verb) {
    return of_the_dead(verb) ? "There are more: --limit N shows them.\n"
                             : "More wait: --limit N shows them, `outrider queue export FILE` "
                               "writes them all.\n";
}

Async<int> list(Context& context, AgentLink& link, QueueCommand command) {
    const Console& console = context.console;
    const bool dead = of_the_dead(command.verb);
    const Instant now = co_await time_by_agent(context, link);
    QueueTable table(now, console.style, QueueTable::Words::one_line);
    std::int64_t found = 0;
    AgentLink::Each each = [&](std::string_view line) -> Result<> {
        if (++found > command.limit) return {};
        if (command.form == Form::json) return console.out(std::string(line) + "\n");
        const auto record = api::parse_queue_record(line);
        if (!record) return record.error();
        return console.out(table.add(*record));
    };
    // One more than is shown, to know whether there is more.
    const std::int64_t asked = command.limit + 1;
    const std::string target =
        dead ? dead_target(command.lane, -1, asked) : queue_target(command.lane, 0, asked);
    const auto read = co_await link.lines(target, std::move(each));
    if (!read) co_return complain(console, read.error());
    if (command.form == Form::json) co_return exit_ok;
    Result<> written;
    if (found == 0)
        written = console.out(dead ? "There are no dead letters.\n" : "Nothing waits.\n");
    if (found > command.limit) written = console.out("\n" + more(command.verb));
    co_return finish(console, written, exit_ok);
}

Async<int> show(Context& context, AgentLink& link, QueueCommand command) {
    const Console& console = context.console;
    const offline::Lane lane = command.lane.value_or(offline::Lane::pings);
    const std::int64_t wanted = command.sequences.front();
    std::string json;
    std::optional<api::QueueRecord> found;
    AgentLink::Each each = [&](std::string_view line) -> Result<> {
        auto record = api::parse_queue_record(line);
        if (!record) return record.error();
        if (record->sequence != wanted) return {};
        json = line;
        found = std::move(*record);
        return {};
    };
    const bool dead = of_the_dead(command.verb);
    const std::string target = dead ? dead_target(lane, wanted, 1) : queue_target(lane, wanted, 1);
    const auto read = co_await link.lines(target, std::move(each));
    if (!read) co_return complain(console, read.error());
    if (!found) {
        console.err(fmt::format("outrider: {} {}: see `outrider queue {}`\n", called(lane, wanted),
                                dead ? "is no dead letter" : "does not wait",
                                dead ? "dead ls" : "ls"));
        co_return exit_undone;
    }
    const Instant now = co_await time_by_agent(context, link);
    const std::string text =
        command.form == Form::json ? json + "\n" : render(*found, now, console.style);
    co_return finish(console, console.out(text), exit_ok);
}

std::string owed(const api::Status::Queue& queue) {
    std::string text = grouped(queue.pings) + " positions";
    if (queue.actions > 0) text = grouped(queue.actions) + " actions and " + text;
    return text;
}

std::string outcome(Verb verb, const api::Status& status) {
    const bool empty = status.queue.pings + status.queue.actions == 0;
    if (verb == Verb::pause) {
        return "Delivery is paused until `outrider queue resume`, restarts included. Recording\n"
               "goes on. Waiting: " +
               owed(status.queue) + ".\n";
    }
    if (empty) return verb == Verb::flush ? "Nothing waits.\n" : "Delivery goes on.\n";
    return owed(status.queue) + " are sent now: see `outrider status --watch`\n";
}

Async<int> order(Context& context, AgentLink& link, QueueCommand command) {
    const Console& console = context.console;
    std::string target = "/v1/queue/flush";
    if (command.verb == Verb::pause) target = "/v1/queue/pause";
    if (command.verb == Verb::resume) target = "/v1/queue/resume";
    const auto answer = co_await link.post(target, std::string());
    if (!answer) co_return complain(console, answer.error());
    const auto status = api::parse_status(*answer);
    if (!status) co_return complain(console, status.error());
    const std::string text =
        command.form == Form::json ? whole_lines(*answer) : outcome(command.verb, *status);
    co_return finish(console, console.out(text), exit_ok);
}

}  // namespace

std::string dead_target(std::optional<offline::Lane> lane, std::int64_t to, std::int64_t limit) {
    std::string target = "/v1/dead?";
    if (lane) target += fmt::format("lane={}&", name(*lane));
    if (to >= 0) target += fmt::format("to={}&", to);
    if (limit >= 0) target += fmt::format("limit={}&", limit);
    target.pop_back();
    return target;
}

Async<int> queue(Context& context, AgentLink& link, QueueCommand command) {
    switch (command.verb) {
        case Verb::ls:
        case Verb::dead_ls: co_return co_await list(context, link, std::move(command));
        case Verb::show:
        case Verb::dead_show: co_return co_await show(context, link, std::move(command));
        case Verb::save: co_return co_await save_queue(context, link, std::move(command));
        case Verb::retry: co_return co_await retry_dead(context, link, std::move(command));
        case Verb::drop: co_return co_await drop_dead(context, link, std::move(command));
        case Verb::flush:
        case Verb::pause:
        case Verb::resume: break;
    }
    co_return co_await order(context, link, std::move(command));
}

Async<int> run(Context& context, QueueCommand command) {
    AgentLink link = link_to(context, command.where);
    co_return co_await queue(context, link, std::move(command));
}

}  // namespace outrider::cli
