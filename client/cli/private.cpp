// `outrider private` and `outrider privacy report`.

#include "client/cli/private.hpp"

#include "client/cli/commands.hpp"
#include "client/cli/dates.hpp"
#include "client/cli/exit_code.hpp"

#include <fmt/format.h>

#include <utility>

namespace outrider::cli {

namespace {

std::string minute(Instant at) { return to_rfc3339(at).substr(0, 16) + "Z"; }

std::string stretch(const api::PrivacyReport::Holding& holding) {
    if (!holding.first || !holding.last) return "";
    if (holding.first == holding.last) return ", of " + minute(*holding.first);
    return fmt::format(", {} to {}", minute(*holding.first), minute(*holding.last));
}

Result<std::optional<Duration>> length_of(const PrivateCommand& command, Instant now) {
    if (command.length.empty()) return std::optional<Duration>();
    const auto since = parse_stretch(command.length, now);
    const bool age = since && since->first == since->last && since->first < now;
    if (age) return std::optional(now - since->first);
    return Error(Fault::malformed,
                 fmt::format("--for {}: give a time such as 45min or 2h", command.length));
}

std::string zone_of(const api::PrivacyReport::Zone& zone) {
    std::string text = fmt::format("{}, {:.0f} m around", harmless(zone.name), zone.radius_m);
    if (!zone.latitude || !zone.longitude) return text + " its middle";
    return text + fmt::format(" {:.6f} {:.6f}", *zone.latitude, *zone.longitude);
}

}  // namespace

std::string not_kept(const api::PrivacyView& view) {
    if (view.state == "kept") return "";
    std::string text = "nothing is kept: " + view.state;
    if (!view.zone.empty()) text += " \"" + harmless(view.zone) + "\"";
    if (view.since) text += " since " + clock_time(*view.since);
    if (view.until) text += ", until " + clock_time(*view.until);
    return text;
}

std::string render(const api::PrivacyView& view, Style style) {
    const std::string nothing = not_kept(view);
    if (nothing.empty()) return "Positions are kept and reported.\n";
    return style.paint(Colour::strong, "Private") + ": " + nothing + "\n";
}

std::string render(const api::PrivacyReport& report, Style style) {
    const std::string nothing = not_kept(report.now);
    std::string who = report.technician == 0 ? "no technician"
                                             : fmt::format("technician {} {}", report.technician,
                                                           harmless(report.technician_name));
    std::string out = fmt::format("{}, {}, at {}\n", harmless(report.unit), who, minute(report.at));
    out += fmt::format("Now: {}\n", nothing.empty() ? "positions are kept" : nothing);
    out += fmt::format("Kept: {}. {}\n", report.window, report.on_duty);
    out += fmt::format("Private zones: {}\n", report.zones.empty() ? "none" : "");
    for (const auto& zone : report.zones) out += "  " + zone_of(zone) + "\n";
    out += "\n" + style.paint(Colour::strong, "On this device") + "\n";
    for (const auto& holding : report.holds) {
        out += fmt::format("  {}: {}{}\n", holding.what, grouped(holding.count), stretch(holding));
        out += fmt::format("      {}; {}\n", holding.says, holding.until);
    }
    out += "\n" + style.paint(Colour::strong, "What goes to the office") + " (" + report.office +
           ")\n";
    for (const std::string& sentence : report.sends) out += "  " + sentence + "\n";
    out += fmt::format(
        "\n{} fixes came while nothing was to be kept: that there were so many is all that is\n"
        "left of them. {} were deleted by hand.\n",
        grouped(report.not_kept), grouped(report.forgotten));
    return out;
}

Async<int> private_mode(Context& context, AgentLink& link, PrivateCommand command) {
    const Console& console = context.console;
    Result<std::string> answer = std::string();
    if (command.verb == PrivateCommand::Verb::show) {
        answer = co_await link.ask("/v1/privacy");
    } else {
        const auto length = length_of(command, context.clock.now());
        if (!length) {
            complain(console, length.error());
            co_return exit_usage;
        }
        api::PrivateRequest request;
        request.on = command.verb == PrivateCommand::Verb::on;
        request.length = *length;
        const std::string target = "/v1/private", body = api::to_json(request);
        answer = co_await link.post(target, body);
    }
    if (!answer) co_return complain(console, answer.error());
    if (command.verb == PrivateCommand::Verb::show) {
        const auto report = api::parse_privacy_report(*answer);
        if (!report) co_return complain(console, report.error());
        answer = api::to_json(report->now);
    }
    const auto view = api::parse_privacy_view(*answer);
    if (!view) co_return complain(console, view.error());
    const std::string text =
        command.form == Form::json ? whole_lines(*answer) : render(*view, console.style);
    co_return finish(console, console.out(text), exit_ok);
}

Async<int> privacy(Context& context, AgentLink& link, PrivacyCommand command) {
    const Console& console = context.console;
    const std::string target = command.places ? "/v1/privacy?places=1" : "/v1/privacy";
    const auto answer = co_await link.ask(target);
    if (!answer) co_return complain(console, answer.error());
    const auto report = api::parse_privacy_report(*answer);
    if (!report) co_return complain(console, report.error());
    const std::string text =
        command.form == Form::json ? whole_lines(*answer) : render(*report, console.style);
    co_return finish(console, console.out(text), exit_ok);
}

Async<int> run(Context& context, PrivateCommand command) {
    AgentLink link = link_to(context, command.where);
    co_return co_await private_mode(context, link, std::move(command));
}

Async<int> run(Context& context, PrivacyCommand command) {
    AgentLink link = link_to(context, command.where);
    co_return co_await privacy(context, link, std::move(command));
}

}  // namespace outrider::cli
