#include "client/cli/export.hpp"

#include "client/cli/agent_time.hpp"
#include "client/cli/commands.hpp"
#include "client/cli/dates.hpp"
#include "client/cli/exit_code.hpp"
#include "platform/files.hpp"

#include <fmt/format.h>

#include <optional>

namespace outrider::cli {

namespace {

constexpr std::size_t point_limit = 3'000'000;  // a month at one fix a second

std::string written_as(ExportFormat format, Track track, const Lateness& lateness) {
    switch (format) {
        case ExportFormat::gpx: return to_gpx(track);
        case ExportFormat::geojson: return to_geojson(track, lateness);
        case ExportFormat::csv: return to_csv(track);
        case ExportFormat::svg: break;
    }
    return to_svg(track, lateness);
}

Result<std::string> target_of(const ExportCommand& command, Instant now) {
    const auto span = parse_span(command.from, command.to, now);
    if (!span) return span.error();
    return fmt::format("/v1/track?from={}&to={}", http::percent_encode(to_rfc3339(span->first)),
                       http::percent_encode(to_rfc3339(span->last)));
}

Result<Lateness> lateness_of(const ExportCommand& command, Instant now) {
    const auto since = parse_stretch(command.late, now);
    if (since && since->first < now) return Lateness{now, now - since->first};
    return Error(Fault::malformed,
                 fmt::format("--late {}: give a time such as 30s or 5min", command.late));
}

// What nobody need be asked for to know.
std::optional<Error> mistake(const ExportCommand& command, Instant now) {
    const auto target = target_of(command, now);
    if (!target) return target.error();
    const auto lateness = lateness_of(command, now);
    if (!lateness) return lateness.error();
    return std::nullopt;
}

Result<> save(const Console& console, const std::string& output, const std::string& text) {
    return output == "-" ? console.out(text) : replace_file(output, text);
}

}  // namespace

Async<int> export_track(Context& context, AgentLink& link, ExportCommand command) {
    const auto& console = context.console;
    if (const auto wrong = mistake(command, context.clock.now())) {
        complain(console, *wrong);
        co_return exit_usage;
    }
    const Instant now = co_await time_by_agent(context, link);
    const auto target = target_of(command, now);
    const auto lateness = lateness_of(command, now);
    if (!target) co_return complain(console, target.error());
    if (!lateness) co_return complain(console, lateness.error());
    std::vector<api::TrackPoint> points;
    AgentLink::Each each = [&points](std::string_view line) -> Result<> {
        auto point = api::parse_track_point(line);
        if (!point) return point.error();
        if (points.size() == point_limit) {
            return Error(Fault::too_large,
                         fmt::format("more than {} fixes: ask for a shorter time with --from and "
                                     "--to",
                                     point_limit));
        }
        points.push_back(std::move(*point));
        return {};
    };
    const std::string path = *target;
    const auto read = co_await link.lines(path, std::move(each));
    if (!read) co_return complain(console, read.error());
    if (points.empty()) console.err("outrider: no fixes in that time: try a longer --from\n");
    const auto saved = save(console, command.output, written_as(command.format, points, *lateness));
    co_return finish(console, saved, exit_ok);
}

Async<int> run(Context& context, ExportCommand command) {
    AgentLink link = link_to(context, command.where);
    co_return co_await export_track(context, link, std::move(command));
}

}  // namespace outrider::cli
