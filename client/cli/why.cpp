#include "client/cli/why.hpp"

#include "client/cli/agent_time.hpp"
#include "client/cli/commands.hpp"
#include "client/cli/dates.hpp"
#include "client/cli/exit_code.hpp"
#include "client/cli/tail.hpp"
#include "platform/http.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace outrider::cli {

namespace {

std::string target(const std::string& member, const std::string& value) {
    return fmt::format("/v1/why?{}={}", member, http::percent_encode(value));
}

bool is_id(const std::string& what) {
    return what.starts_with("or-") ||
           std::ranges::all_of(what, [](char c) { return c >= '0' && c <= '9'; });
}

Result<std::string> target_of(const std::string& what, Instant now) {
    if (!what.empty() && is_id(what)) return target("id", what);
    const auto asked = parse_stretch(what, now);
    if (!asked) {
        return Error(Fault::malformed, asked.error().detail + ", or a ping's number or externalId");
    }
    if (asked->last - asked->first > api::Why::longest) {
        return Error(Fault::malformed,
                     fmt::format("\"{}\" is longer than a minute: give a time such as 14:32 or "
                                 "14:32:07; `outrider export --format csv` has every fix",
                                 what));
    }
    return target("from", to_rfc3339(asked->first)) +
           "&to=" + http::percent_encode(to_rfc3339(asked->last));
}

}  // namespace

std::string render(const api::Why& why, Style style) {
    std::string out = style.paint(Colour::strong, harmless(why.sentence)) + "\n";
    if (!why.fixes.empty()) out += "\n";
    for (const auto& fix : why.fixes) {
        out += (fix.asked ? "> " : "  ") + render(fix.point, fix.sentence, style);
    }
    return out;
}

Async<int> why(Context& context, AgentLink& link, WhyCommand command) {
    const Console& console = context.console;
    const Instant now = co_await time_by_agent(context, link);
    const auto path = target_of(command.what, now);
    if (!path) {
        complain(console, path.error());
        co_return exit_usage;
    }
    const auto answer = co_await link.ask(*path);
    if (!answer) co_return complain(console, answer.error());
    const auto told = api::parse_why(*answer);
    if (!told) co_return complain(console, told.error());
    const bool known =
        !told->fixes.empty() || told->gap || (told->ping && told->ping->fate != "none");
    const std::string text =
        command.form == Form::json ? whole_lines(*answer) : render(*told, console.style);
    co_return finish(console, console.out(text), known ? exit_ok : exit_undone);
}

Async<int> run(Context& context, WhyCommand command) {
    AgentLink link = link_to(context, command.where);
    co_return co_await why(context, link, std::move(command));
}

}  // namespace outrider::cli
