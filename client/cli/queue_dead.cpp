// `outrider queue dead retry` and `drop`: each number is answered for, and nothing is deleted that
// was not meant.

#include "client/cli/agent_time.hpp"
#include "client/cli/exit_code.hpp"
#include "client/cli/queue.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

namespace outrider::cli {

namespace {

using Numbers = std::array<std::vector<std::int64_t>, offline::lanes.size()>;

std::vector<std::int64_t>& of(Numbers& numbers, offline::Lane lane) {
    return numbers[static_cast<std::size_t>(lane)];
}

// What a line of the dead letters is given to, one record at a time.
using Take = std::function<Result<>(const api::QueueRecord&)>;

Async<Result<>> each_dead(AgentLink& link, std::string target, const Take& take) {
    AgentLink::Each each = [&take](std::string_view line) -> Result<> {
        const auto record = api::parse_queue_record(line);
        if (!record) return record.error();
        return take(*record);
    };
    co_return co_await link.lines(std::move(target), std::move(each));
}

// The dead letters meant by the command: all there are, or those of its numbers that are there.
Async<Result<>> each_meant(AgentLink& link, const QueueCommand& command, const Take& take) {
    if (command.all) {
        const std::string all = dead_target(command.lane, -1, -1);
        co_return co_await each_dead(link, all, take);
    }
    const offline::Lane lane = command.lane.value_or(offline::Lane::pings);
    for (const std::int64_t number : command.sequences) {
        const Take only = [&take, number](const api::QueueRecord& record) -> Result<> {
            return record.sequence == number ? take(record) : Result<>();
        };
        const std::string one = dead_target(lane, number, 1);
        const Result<> read = co_await each_dead(link, one, only);
        if (!read) co_return read;
    }
    co_return Result<>();
}

std::string report(const api::DeadAnswer& answer, std::string_view done) {
    std::string text;
    for (const auto sequence : answer.done) {
        text += fmt::format("{}: {}\n", called(answer.lane, sequence), done);
    }
    for (const auto sequence : answer.unknown) {
        text +=
            fmt::format("{}: is no dead letter, nothing was done\n", called(answer.lane, sequence));
    }
    return text;
}

// Asks for it, so many at a time, and says what happened to each.
Async<int> decide(Context& context, AgentLink& link, QueueCommand command, std::string target,
                  std::string done) {
    const Console& console = context.console;
    Numbers numbers;
    if (command.all) {
        const Take take = [&numbers](const api::QueueRecord& record) -> Result<> {
            of(numbers, record.lane).push_back(record.sequence);
            return {};
        };
        const Result<> read = co_await each_meant(link, command, take);
        if (!read) co_return complain(console, read.error());
    } else {
        of(numbers, command.lane.value_or(offline::Lane::pings)) = command.sequences;
    }
    std::size_t asked = 0, unknown = 0;
    for (const offline::Lane lane : offline::lanes) {
        std::vector<std::int64_t>& all = of(numbers, lane);
        std::ranges::sort(all);
        all.erase(std::unique(all.begin(), all.end()), all.end());
        for (std::size_t i = 0; i < all.size(); i += api::DeadRequest::most) {
            const std::size_t end = std::min(all.size(), i + api::DeadRequest::most);
            api::DeadRequest request;
            request.lane = lane;
            request.sequences.assign(all.begin() + static_cast<std::ptrdiff_t>(i),
                                     all.begin() + static_cast<std::ptrdiff_t>(end));
            asked += end - i;
            const std::string body = api::to_json(request);
            const auto text = co_await link.post(target, body);
            if (!text) co_return complain(console, text.error());
            const auto answer = api::parse_dead_answer(*text);
            if (!answer) co_return complain(console, answer.error());
            unknown += answer->unknown.size();
            const std::string said =
                command.form == Form::json ? whole_lines(*text) : report(*answer, done);
            const Result<> written = console.out(said);
            if (!written) co_return complain(console, written.error());
        }
    }
    if (asked == 0) console.err("outrider: there are no dead letters\n");
    co_return unknown > 0 ? exit_undone : exit_ok;
}

// What drop would delete, word for word.
Async<int> warn(Context& context, AgentLink& link, QueueCommand command) {
    const Console& console = context.console;
    const Instant now = co_await time_by_agent(context, link);
    QueueTable table(now, console.style, QueueTable::Words::whole);
    std::int64_t found = 0;
    const Take take = [&](const api::QueueRecord& record) -> Result<> {
        ++found;
        return console.out(command.form == Form::json ? api::to_json(record) + "\n"
                                                      : table.add(record));
    };
    const Result<> read = co_await each_meant(link, command, take);
    if (!read) co_return complain(console, read.error());
    if (found == 0) {
        console.err(command.all ? "outrider: there are no dead letters\n"
                                : "outrider: none of these is a dead letter\n");
        co_return command.all ? exit_ok : exit_undone;
    }
    console.err(fmt::format("outrider: nothing was deleted: add --yes to lose {} for good\n",
                            found == 1 ? "this one" : fmt::format("these {}", grouped(found))));
    co_return exit_usage;
}

}  // namespace

Async<int> retry_dead(Context& context, AgentLink& link, QueueCommand command) {
    const std::string target = "/v1/dead/retry", done = "back in the queue";
    co_return co_await decide(context, link, std::move(command), target, done);
}

Async<int> drop_dead(Context& context, AgentLink& link, QueueCommand command) {
    if (!command.yes) co_return co_await warn(context, link, std::move(command));
    const std::string target = "/v1/dead/drop", done = "deleted for good";
    co_return co_await decide(context, link, std::move(command), target, done);
}

}  // namespace outrider::cli
