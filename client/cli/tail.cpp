#include "client/cli/tail.hpp"

#include "client/cli/commands.hpp"
#include "client/cli/exit_code.hpp"

#include <fmt/format.h>

#include <cmath>

namespace outrider::cli {

namespace {

Colour colour_of(gps::Verdict verdict) {
    if (verdict == gps::Verdict::reported) return Colour::good;
    return gps::believed(verdict) ? Colour::dim : Colour::warning;
}

}  // namespace

std::string render(const api::TrackPoint& point, Style style) {
    return render(point, gps::explain(point.judgement), style);
}

std::string render(const api::TrackPoint& point, std::string_view words, Style style) {
    const bool placed = std::isfinite(point.latitude) && std::isfinite(point.longitude);
    const std::string position =
        placed ? fmt::format("{:.5f} {:.5f}", point.latitude, point.longitude) : "no position";
    const std::string speed = point.speed_mps ? fmt::format("{:.1f} m/s", *point.speed_mps) : "-";
    return fmt::format("{} {:>20} {:>9}  {}\n", clock_time(point.time), position, speed,
                       style.paint(colour_of(point.judgement.verdict), words));
}

Async<int> tail(Context& context, AgentLink& link, TailCommand command) {
    const auto& console = context.console;
    AgentLink::Each each = [&console, form = command.form](std::string_view line) -> Result<> {
        if (form == Form::json) return console.out(std::string(line) + "\n");
        if (const auto lost = api::parse_lost_lines(line)) {
            return console.out(
                console.style.paint(
                    Colour::warning,
                    fmt::format("{} lines lost here: they came faster than they were "
                                "read",
                                grouped(*lost))) +
                "\n");
        }
        const auto point = api::parse_track_point(line);
        if (!point) return point.error();
        return console.out(render(*point, console.style));
    };
    const auto ended = co_await link.lines("/v1/tail", std::move(each));
    if (!ended) co_return complain(console, ended.error());
    console.err("outrider: the agent has stopped\n");
    co_return exit_unavailable;
}

Async<int> run(Context& context, TailCommand command) {
    AgentLink link = link_to(context, command.where);
    co_return co_await tail(context, link, std::move(command));
}

}  // namespace outrider::cli
