#include "client/cli/day.hpp"

#include "client/api/local.hpp"
#include "client/cli/agent_time.hpp"
#include "client/cli/commands.hpp"
#include "client/cli/exit_code.hpp"

#include <fmt/format.h>

#include <vector>

namespace outrider::cli {

namespace {

using View = DayCommand::View;

Async<Result<std::vector<std::string>>> lines_of(AgentLink& link, std::string target) {
    std::vector<std::string> lines;
    AgentLink::Each each = [&lines](std::string_view line) -> Result<> {
        lines.emplace_back(line);
        return {};
    };
    const auto read = co_await link.lines(std::move(target), std::move(each));
    if (!read) co_return read.error();
    co_return lines;
}

// A list of what `parse` reads, as the agent's lines or for people.
template <class Record>
Async<int> list(Context& context, AgentLink& link, std::string target, Form form,
                Result<Record> (*parse)(std::string_view)) {
    const Console& console = context.console;
    const auto lines = co_await lines_of(link, std::move(target));
    if (!lines) co_return complain(console, lines.error());
    std::string text;
    std::vector<Record> records;
    for (const std::string& line : *lines) {
        auto record = parse(line);
        if (!record) co_return complain(console, record.error());
        records.push_back(std::move(*record));
        text += line + "\n";
    }
    if (form == Form::text) {
        const Instant now = co_await time_by_agent(context, link);
        text = render(std::span<const Record>(records), now, console.style);
    }
    co_return finish(console, console.out(text), exit_ok);
}

// The appointment a tap without a number was about: the one it has changed.
dispatch::Id meant(const api::DayView& day, const TapCommand& command) {
    if (command.appointment) return *command.appointment;
    const api::WaitingTap* newest = nullptr;
    for (const auto& appointment : day.appointments) {
        for (const auto& tap : appointment.waiting) {
            if (tap.verb != command.verb) continue;
            if (newest == nullptr || tap.sequence > newest->sequence) newest = &tap;
        }
    }
    return newest == nullptr ? 0 : newest->appointment;
}

int tell_denied(const Console& console, const http::Response& answer, Form form) {
    if (form == Form::json) {
        return finish(console, console.out(whole_lines(answer.body)), exit_refused);
    }
    const auto denied = api::parse_denied(answer.body);
    const std::string words = api::parse_problem(answer.body);
    if (!denied && words.empty()) return complain(console, denied.error());
    console.err(denied ? render(*denied, console.style) : words + "\n");
    return exit_refused;
}

}  // namespace

Result<api::Card> suggested(const api::DayView& day, std::optional<dispatch::Id> appointment) {
    std::vector<dispatch::Id> all;
    for (const api::Card& card : day.suggestions) {
        for (const auto& choice : card.choices) {
            if (appointment == choice.appointment) return card;
            all.push_back(choice.appointment);
        }
    }
    if (all.empty()) return Error(Fault::refused, "Nothing is suggested now.");
    if (!appointment && all.size() == 1) return day.suggestions.front();
    return Error(Fault::refused, fmt::format("{}: name one of {}.",
                                             appointment ? "Nothing is suggested for that one"
                                                         : "Several are suggested",
                                             fmt::join(all, ", ")));
}

Async<int> day(Context& context, AgentLink& link, DayCommand command) {
    const Console& console = context.console;
    if (command.view == View::waiting) {
        co_return co_await list(context, link, "/v1/waiting", command.form, api::parse_waiting_tap);
    }
    if (command.view == View::cards) {
        co_return co_await list(context, link, "/v1/cards", command.form, api::parse_card);
    }
    const auto answer = co_await link.ask("/v1/day");
    if (!answer) co_return complain(console, answer.error());
    const auto view = api::parse_day_view(*answer);
    if (!view) co_return complain(console, view.error());
    const bool next = command.view == View::next;
    std::string text = whole_lines(*answer);
    if (command.form == Form::text) {
        text = next ? render_next(*view, console.style) : render(*view, console.style);
    }
    co_return finish(console, console.out(text), exit_ok);
}

Async<int> tap(Context& context, AgentLink& link, TapCommand command) {
    const Console& console = context.console;
    const std::string id = command.appointment ? std::to_string(*command.appointment) : "only";
    const std::string target = fmt::format("/v1/appointments/{}/{}", id, api::word(command.verb));
    const auto answer = co_await link.tap(target);
    if (!answer) co_return complain(console, answer.error());
    if (answer->status == 409) co_return tell_denied(console, *answer, command.form);
    const auto view = api::parse_day_view(answer->body);
    if (!view) co_return complain(console, view.error());
    const std::string text =
        command.form == Form::json
            ? whole_lines(answer->body)
            : render_saved(*view, command.verb, meant(*view, command), console.style);
    co_return finish(console, console.out(text), exit_ok);
}

// What the card asks is looked up first: an answer to another question would be none.
Async<int> answer_card(Context& context, AgentLink& link, CardCommand command) {
    const Console& console = context.console;
    const auto before = co_await link.ask("/v1/day");
    if (!before) co_return complain(console, before.error());
    const auto day = api::parse_day_view(*before);
    if (!day) co_return complain(console, day.error());
    const auto card = suggested(*day, command.appointment);
    if (!card) {
        console.err(card.error().detail + "\n");
        co_return exit_refused;
    }
    const bool accept = command.verb == CardCommand::Verb::accept;
    const dispatch::Id meant = command.appointment.value_or(card->appointment);
    const std::string target = fmt::format("/v1/suggestions/{}/{}/{}", api::word(card->verb), meant,
                                           accept ? "accept" : "dismiss");
    const auto answer = co_await link.tap(target);
    if (!answer) co_return complain(console, answer.error());
    if (answer->status == 409) co_return tell_denied(console, *answer, command.form);
    const auto view = api::parse_day_view(answer->body);
    if (!view) co_return complain(console, view.error());
    std::string text = "Dismissed: it is not suggested again for that dispatch.\n";
    if (accept) text = render_saved(*view, card->verb, meant, console.style);
    if (command.form == Form::json) text = whole_lines(answer->body);
    co_return finish(console, console.out(text), exit_ok);
}

Async<int> run(Context& context, CardCommand command) {
    AgentLink link = link_to(context, command.where);
    co_return co_await answer_card(context, link, std::move(command));
}

Async<int> run(Context& context, DayCommand command) {
    AgentLink link = link_to(context, command.where);
    co_return co_await day(context, link, std::move(command));
}

Async<int> run(Context& context, TapCommand command) {
    AgentLink link = link_to(context, command.where);
    co_return co_await tap(context, link, std::move(command));
}

}  // namespace outrider::cli
