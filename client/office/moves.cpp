#include "client/office/moves.hpp"

#include "client/office/notices.hpp"
#include "client/office/slice.hpp"

#include <fmt/format.h>

#include <optional>
#include <set>
#include <utility>

namespace outrider::office {

namespace {

using dispatch::Refusal;
using dispatch::Status;
using dispatch::Verb;
using dispatch::Who;
using Performed = std::variant<std::vector<Id>, Refusal>;

constexpr Duration most_ahead = std::chrono::minutes(5);
constexpr Duration longest_ago = std::chrono::days(7);
constexpr std::int64_t refusals_kept = 10'000;

bool of_the_day(Verb verb) { return verb == Verb::check_in || verb == Verb::check_out; }
bool for_all(Verb verb) { return verb == Verb::close || verb == Verb::complete; }

Status status_in(const dispatch::Day& day, Id appointment, Id technician) {
    const auto at = day.appointments.find(appointment);
    if (at == day.appointments.end()) return Status::scheduled;
    const auto mine = at->second.assigned.find(technician);
    return mine == at->second.assigned.end() ? Status::scheduled : mine->second.status;
}

// Whose part in anything is another than before.
std::vector<Id> changed(const dispatch::Day& before, const dispatch::Day& after) {
    std::set<Id> found;
    for (const auto& [id, appointment] : before.appointments) {
        const auto& now = after.appointments.at(id).assigned;
        for (const auto& [technician, assignment] : appointment.assigned) {
            const auto there = now.find(technician);
            if (there == now.end() || there->second != assignment) found.insert(technician);
        }
        for (const auto& [technician, assignment] : now) {
            if (!appointment.assigned.contains(technician)) found.insert(technician);
        }
    }
    return {found.begin(), found.end()};
}

std::optional<Refusal> out_of_time(const api::Move& move, Instant now) {
    const auto refuse = [&](dispatch::Lifted lifted, std::string reason) {
        return Refusal{dispatch::Rule::known, lifted, now, 0, std::move(reason)};
    };
    if (move.happened > now + most_ahead) {
        return refuse(dispatch::Lifted::by_the_technician,
                      fmt::format("It would happen at {}, and here it is {}: check the clock.",
                                  to_rfc3339(move.happened), to_rfc3339(now)));
    }
    if (move.happened < now - longest_ago) {
        return refuse(dispatch::Lifted::by_nobody,
                      fmt::format("It happened at {}, more than 7 days ago: tell the office.",
                                  to_rfc3339(move.happened)));
    }
    return std::nullopt;
}

std::optional<Error> incomplete(const api::Move& move, Who by) {
    if (move.technician != 0) return std::nullopt;
    if (by == Who::technician) {
        return Error(Fault::refused, "'technician' is needed: who moves?");
    }
    if (move.verb < Verb::dispatch) {
        return Error(Fault::refused,
                     fmt::format("'technician' is needed to {}", dispatch::name(move.verb)));
    }
    return std::nullopt;
}

Result<Performed> for_everybody(Books& books, const Deed& deed) {
    const auto crew = books.crew(deed.action.appointment);
    if (!crew) return crew.error();
    std::optional<Refusal> first;
    std::vector<Id> done;
    for (const Assignment& each : *crew) {
        Deed one = deed;
        one.action.technician = each.technician;
        auto performed = perform(books, one);
        if (!performed) return performed.error();
        if (auto* no = std::get_if<Refusal>(&*performed)) {
            if (!first) first = std::move(*no);
        } else {
            done.push_back(each.technician);
        }
    }
    if (!done.empty()) return Performed(std::move(done));
    if (first) return Performed(std::move(*first));
    return Performed(Refusal{dispatch::Rule::assigned, dispatch::Lifted::by_the_office,
                             books.clock().now(), 0, "Nobody is assigned to this appointment."});
}

Result<Performed> perform_move(Books& books, const api::Move& move, Who by) {
    Deed deed;
    deed.action = {move.verb, by, move.technician, move.appointment};
    deed.happened = move.happened;
    deed.quiet = move.quiet;
    deed.action_id = move.id;
    if (move.technician == 0 && !for_all(move.verb)) return for_everybody(books, deed);
    auto performed = perform(books, deed);
    if (!performed) return performed;
    const auto* who = std::get_if<std::vector<Id>>(&*performed);
    if (move.technician == 0 && move.verb == Verb::close && who != nullptr && who->empty()) {
        return Performed(Refusal{dispatch::Rule::move, dispatch::Lifted::by_nobody,
                                 books.clock().now(), 0, "Nobody on it is left to be done."});
    }
    return performed;
}

struct Earlier {
    LoggedMove entry;
    api::Moved answer;
};

Result<std::vector<LoggedMove>> read_log(offline::Statement& statement) {
    std::vector<LoggedMove> log;
    for (;;) {
        const auto more = statement.step();
        if (!more) return more.error();
        if (!*more) return log;
        LoggedMove& entry = log.emplace_back();
        entry.id = statement.integer(0);
        entry.action = statement.text(1);
        entry.received = statement.instant(2);
        entry.by_office = statement.integer(3) != 0;
        entry.carried_out = statement.integer(4) != 0;
        entry.repeats = statement.integer(5);
        entry.move = statement.text(6);
        entry.answer = statement.text(7);
    }
}

Result<std::optional<Earlier>> carried_out_before(Books& books, std::string_view action) {
    const auto statement = books.database().query(
        "SELECT id, action, received, by_office, carried_out, repeats, move, answer FROM actions "
        "WHERE carried_out AND action = ?",
        action);
    if (!statement) return statement.error();
    auto log = read_log(**statement);
    if (!log) return log.error();
    if (log->empty()) return std::optional<Earlier>();
    auto answer = api::parse_moved(log->front().answer);
    if (!answer) return Error(Fault::storage, answer.error().detail);
    return std::optional<Earlier>(Earlier{std::move(log->front()), std::move(*answer)});
}

Result<> log(Books& books, const api::Move& move, Who by, const Judged& judged) {
    const bool carried_out = std::holds_alternative<api::Moved>(judged);
    const std::string answer =
        std::visit([](const auto& document) { return api::to_json(document); }, judged);
    auto written = books.database().run(
        "INSERT INTO actions (action, received, by_office, carried_out, repeats, move, answer) "
        "VALUES (?, ?, ?, ?, 0, ?, ?)",
        std::string_view(move.id), books.clock().now(), std::int64_t{by == Who::office ? 1 : 0},
        std::int64_t{carried_out ? 1 : 0}, std::string_view(api::to_json(move)),
        std::string_view(answer));
    if (!written || carried_out) return written;
    return books.database().run("DELETE FROM actions WHERE NOT carried_out AND id <= ?",
                                books.database().last_row_id() - refusals_kept);
}

// Where it happened may be known later than that it happened, and what was news grows old on the
// way: neither makes it another move.
bool same(const api::Move& a, const api::Move& b) {
    return a.verb == b.verb && a.technician == b.technician && a.appointment == b.appointment &&
           a.happened == b.happened;
}

Result<Judged> again(Books& books, const api::Move& move, Who by, Earlier& earlier) {
    const auto first = api::parse_move(earlier.entry.move);
    if (!first) return Error(Fault::storage, first.error().detail);
    if (!same(*first, move) || earlier.entry.by_office != (by == Who::office)) {
        return Error(Fault::refused,
                     fmt::format("the id {} was another move's: give each its own", move.id));
    }
    auto counted = books.database().run("UPDATE actions SET repeats = repeats + 1 WHERE id = ?",
                                        earlier.entry.id);
    if (!counted) return counted.error();
    earlier.answer.repeated = true;
    return Judged(std::move(earlier.answer));
}

Result<Judged> judge(Books& books, const api::Move& move, Who by) {
    const Instant now = books.clock().now();
    if (auto refusal = out_of_time(move, now)) return Judged(std::move(*refusal));
    auto performed = perform_move(books, move, by);
    if (!performed) return performed.error();
    if (auto* refusal = std::get_if<Refusal>(&*performed)) return Judged(std::move(*refusal));
    api::Moved moved;
    moved.id = move.id;
    moved.as_of = now;
    moved.technicians = std::move(std::get<std::vector<Id>>(*performed));
    if (of_the_day(move.verb)) moved.technicians = {move.technician};
    return Judged(std::move(moved));
}

Result<Judged> crew_change(Books& books, Verb verb, Id appointment, std::span<const Id> technicians,
                           Id by) {
    std::optional<Refusal> refusal;
    const Instant now = books.clock().now();
    const auto all = books.transaction([&]() -> Result<> {
        for (const Id technician : technicians) {
            Deed deed;
            deed.action = {verb, Who::office, technician, appointment};
            deed.happened = now;
            deed.by = by;
            auto performed = perform(books, deed);
            if (!performed) return performed.error();
            auto* no = std::get_if<Refusal>(&*performed);
            if (no == nullptr) continue;
            refusal = std::move(*no);
            return Error(Fault::refused, refusal->reason);  // and nothing has happened
        }
        return {};
    });
    if (refusal) return Judged(std::move(*refusal));
    if (!all) return all.error();
    api::Moved moved;
    moved.as_of = now;
    moved.technicians.assign(technicians.begin(), technicians.end());
    return Judged(std::move(moved));
}

}  // namespace

Result<std::variant<std::vector<Id>, Refusal>> perform(Books& books, const Deed& deed) {
    const dispatch::Action& action = deed.action;
    auto before = slice_of(books, action.technician, action.appointment);
    if (!before) return before.error();
    if (action.technician == 0) before->technicians[0] = {};  // the office itself
    auto applied = dispatch::apply(*before, action);
    if (auto* refusal = std::get_if<Refusal>(&applied)) return Performed(std::move(*refusal));
    const auto& after = std::get<dispatch::Day>(applied);
    Change change{*before, after, deed.happened, deed.by};
    if (auto written = write(books, change); !written) return written.error();
    const bool sent_out =
        status_in(*before, action.appointment, action.technician) == Status::scheduled &&
        status_in(after, action.appointment, action.technician) == Status::dispatched;
    if (sent_out && !deed.quiet) {
        const Dispatched news{action.technician, action.appointment, deed.happened, deed.action_id};
        if (auto told = tell_customer(books, news); !told) return told.error();
    }
    return Performed(changed(*before, after));
}

Result<Judged> carry_out(Books& books, const api::Move& move, Who by) {
    if (auto error = incomplete(move, by)) return std::move(*error);
    Result<Judged> judged = Error(Fault::storage, "nothing was done");
    const auto kept = books.transaction([&]() -> Result<> {
        auto earlier = carried_out_before(books, move.id);
        if (!earlier) return earlier.error();
        if (*earlier) {
            judged = again(books, move, by, **earlier);
            return judged ? Result<>() : judged.error();
        }
        judged = judge(books, move, by);
        return judged ? log(books, move, by, *judged) : judged.error();
    });
    if (!kept) return kept.error();
    return judged;
}

Result<Judged> assign(Books& books, Id appointment, std::span<const Id> technicians, Id by) {
    return crew_change(books, Verb::assign, appointment, technicians, by);
}

Result<Judged> unassign(Books& books, Id appointment, std::span<const Id> technicians) {
    return crew_change(books, Verb::unassign, appointment, technicians, 0);
}

Result<std::vector<LoggedMove>> logged_moves(Books& books, std::int64_t id, std::size_t limit) {
    const auto statement = books.database().query(
        "SELECT id, action, received, by_office, carried_out, repeats, move, answer FROM actions "
        "WHERE id > ? ORDER BY id LIMIT ?",
        id, static_cast<std::int64_t>(limit));
    if (!statement) return statement.error();
    return read_log(**statement);
}

}  // namespace outrider::office
