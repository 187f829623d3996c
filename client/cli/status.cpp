#include "client/cli/status.hpp"

#include "client/cli/commands.hpp"
#include "client/cli/exit_code.hpp"
#include "platform/loop.hpp"
#include "platform/tasks.hpp"

#include <csignal>

namespace outrider::cli {

namespace {

int code_of(api::Status::Health health) {
    switch (health) {
        case api::Status::Health::ok: return exit_ok;
        case api::Status::Health::degraded: return exit_degraded;
        case api::Status::Health::down: break;
    }
    return exit_down;
}

struct Screen {
    std::string text;
    int exit_code = exit_down;
};

Screen screen_of(const Result<std::string>& answer, Form form, Style style, Instant now) {
    Result<api::Status> status =
        answer ? api::parse_status(*answer) : Result<api::Status>(answer.error());
    if (!status) {
        // No agent, or none that can be understood, is a status too.
        api::Status none;
        none.health = api::Status::Health::down;
        none.reasons = {status.error().detail};
        none.now = now;
        if (form == Form::json) return {api::to_json(none) + "\n", exit_down};
        return {no_agent(status.error(), style), exit_down};
    }
    const int code = code_of(status->health);
    return form == Form::json ? Screen{whole_lines(*answer), code}
                              : Screen{render(*status, style), code};
}

// Over the last screen without clearing it first, which would flicker.
std::string redrawn(const std::string& text) {
    std::string out = "\x1b[H";
    for (const char c : text) out += c == '\n' ? std::string("\x1b[K\n") : std::string(1, c);
    return out + "\x1b[J";
}

Async<> watch(Context& context, AgentLink& link, Form form, int& code) {
    const bool redraw = context.console.terminal && form == Form::text;
    const auto alarm = context.clock.alarm();
    for (bool first = true;; first = false) {
        auto answer = co_await link.ask("/v1/status");
        if (!answer && answer.error().fault == Fault::cancelled) co_return;
        const Screen screen = screen_of(answer, form, context.console.style, context.clock.now());
        code = screen.exit_code;
        const auto written = context.console.out(
            redraw ? (first ? "\x1b[2J" : "") + redrawn(screen.text) : screen.text);
        if (!written) code = complain(context.console, written.error());
        if (!written) co_return;
        const auto slept = co_await alarm->sleep(std::chrono::seconds(1));
        if (!slept) co_return;
    }
}

Async<> until_a_signal(Executor executor) {
    Signals signals(executor, {SIGINT, SIGTERM});
    (void)co_await signals.next();
}

}  // namespace

Async<int> status(Context& context, AgentLink& link, StatusCommand command) {
    if (command.watch) {
        int code = exit_down;
        std::vector<Async<>> loops;
        loops.push_back(watch(context, link, command.form, code));
        loops.push_back(until_a_signal(context.executor));
        co_await together(std::move(loops));
        co_return code;
    }
    const auto answer = co_await link.ask("/v1/status");
    const Screen screen =
        screen_of(answer, command.form, context.console.style, context.clock.now());
    co_return finish(context.console, context.console.out(screen.text), screen.exit_code);
}

Async<int> run(Context& context, StatusCommand command) {
    AgentLink link = link_to(context, command.where);
    co_return co_await status(context, link, std::move(command));
}

}  // namespace outrider::cli
