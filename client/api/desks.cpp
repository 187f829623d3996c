#include "client/api/desks.hpp"

#include "platform/http.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

namespace outrider::api {
namespace {

using Told = Result<std::optional<dispatch::Refusal>>;
using dispatch::Verb;

bool of_the_technician(Verb verb) { return verb >= Verb::dispatch; }

// "arrived at", for the office to read.
std::string_view said(Verb verb) {
    switch (verb) {
        case Verb::dispatch: return "is on the way to";
        case Verb::cancel: return "is not on the way after all to";
        case Verb::arrive: return "arrived at";
        case Verb::pause: return "paused work on";
        case Verb::resume: return "is on the way back to";
        case Verb::done: return "is done with their part of";
        case Verb::close: return "closed for everybody";
        case Verb::complete: return "completed the job of";
        default: return "moved";
    }
}

// "2026-11-21 at 09:42 UTC"
std::string moment(Instant at) {
    const std::string text = to_rfc3339(at);
    return fmt::format("{} at {} UTC", text.substr(0, 10), text.substr(11, 5));
}

std::string note_of(const Move& move, const OfficeDay& day, const Visit& visit) {
    // The device may have changed hands since.
    const bool unknown = day.technician_name.empty() || move.technician != day.technician;
    const std::string who =
        unknown ? fmt::format("Technician {}", move.technician) : day.technician_name;
    const std::string which =
        visit.number.empty() ? std::to_string(visit.appointment) : visit.number;
    return fmt::format("{} {} appointment {} on {} ({}told by Outrider, {}).", who, said(move.verb),
                       which, moment(move.happened), move.automatic ? "by GPS, " : "", move.id);
}

const Visit* visit_of(const OfficeDay& day, dispatch::Id appointment) {
    const auto visit = std::ranges::find(day.visits, appointment, &Visit::appointment);
    return visit == day.visits.end() ? nullptr : &*visit;
}

}  // namespace

std::unique_ptr<Desk> make_desk(Line& line, Clock& clock, DeskSettings settings) {
    switch (settings.back_end) {
        case BackEnd::office: return std::make_unique<OfficeDesk>(line, clock, std::move(settings));
        case BackEnd::activities:
            return std::make_unique<ActivityDesk>(line, clock, std::move(settings));
        case BackEnd::record: break;
    }
    return std::make_unique<RecordDesk>(line, clock, std::move(settings));
}

OfficeDesk::OfficeDesk(Line& line, Clock& clock, DeskSettings settings)
    : line_(line), reader_(line, clock, std::move(settings)) {}

Async<Result<OfficeDay>> OfficeDesk::read(OfficeDay last, std::vector<dispatch::Id> owed) {
    return reader_.read(std::move(last), std::move(owed));
}

bool OfficeDesk::takes(Verb verb) const { return of_the_technician(verb); }

Async<Told> OfficeDesk::tell(Move move, OfficeDay, Quiet quiet) {
    std::string where = "/office/v1/actions";
    Line::Body body = [&move, &quiet] {
        move.quiet = quiet();
        return to_json(move);
    };
    const auto response = co_await line_.send("POST", std::move(where), std::move(body));
    if (!response) co_return line_.without_secrets(response.error());
    if (response->status == 409) {
        auto refusal = parse_refusal(response->body);
        if (refusal) {
            refusal->reason = line_.without_secrets(std::move(refusal->reason));
            std::optional<dispatch::Refusal> no = std::move(*refusal);
            co_return no;
        }
    }
    if (auto error = line_.why_not(*response)) co_return std::move(*error);
    const auto moved = parse_moved(response->body);
    if (!moved || moved->id != move.id) {
        const std::string what = moved ? "the answer to another move" : moved.error().detail;
        const Error error = line_.not_the_contract(what);
        co_return line_.without_secrets(error);
    }
    std::optional<dispatch::Refusal> nothing;
    co_return nothing;
}

Async<Result<>> OfficeDesk::tell_estimate(Estimate estimate) {
    std::string where = "/office/v1/estimates";
    std::string body = to_json(estimate);
    const auto told = co_await line_.ask("POST", std::move(where), std::move(body));
    if (!told) co_return told.error();
    co_return Result<>();
}

RecordDesk::RecordDesk(Line& line, Clock& clock, DeskSettings settings)
    : line_(line), settings_(settings), reader_(line, clock, std::move(settings)) {}

Async<Result<OfficeDay>> RecordDesk::read(OfficeDay last, std::vector<dispatch::Id> owed) {
    return reader_.read(std::move(last), std::move(owed));
}

bool RecordDesk::takes(Verb verb) const { return of_the_technician(verb); }

Async<Told> RecordDesk::tell(Move move, OfficeDay day, Quiet) {
    std::optional<dispatch::Refusal> outcome;
    if (!settings_.notes) co_return outcome;
    const auto refuse = [&](std::string reason) {
        outcome.emplace();
        outcome->rule = dispatch::Rule::known;
        outcome->lifted = dispatch::Lifted::by_the_office;
        outcome->as_of = line_.now();
        outcome->reason = std::move(reason);
    };
    const Visit* visit = visit_of(day, move.appointment);
    if (!visit) {
        refuse("The office's day has no such appointment.");
        co_return outcome;
    }
    std::string where = fmt::format("/jpm/v2/tenant/{}/jobs/{}/notes",
                                    http::percent_encode(settings_.tenant), visit->job);
    nlohmann::ordered_json note;
    note["text"] = note_of(move, day, *visit);
    note["pinToTop"] = false;
    std::string body = note.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
    int status = 0;
    const auto told = co_await line_.ask("POST", std::move(where), std::move(body), &status);
    if (told) co_return outcome;
    if (status != 404) co_return told.error();
    // The way is right, it has brought the day: it is the job that is gone.
    refuse("The office has no such job any more.");
    co_return outcome;
}

}  // namespace outrider::api
