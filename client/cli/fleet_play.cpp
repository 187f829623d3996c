#include "client/cli/fleet.hpp"
#include "client/fleet/branch.hpp"
#include "client/fleet/judge.hpp"
#include "platform/workers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <span>
#include <thread>
#include <utility>
#include <vector>

namespace outrider::cli {

namespace {

using fleet::Figures;
using fleet::Part;
using fleet::Range;
using fleet::Shard;

// One line that is written over for a person, one after the other for a log.
class ProgressLine {
public:
    ProgressLine(const Console& console, std::int64_t all, std::string_view what)
        : console_(console), all_(all), what_(what), start_(std::chrono::steady_clock::now()) {}
    ProgressLine(const ProgressLine&) = delete;
    ProgressLine& operator=(const ProgressLine&) = delete;
    ~ProgressLine() {
        if (told_ && console_.watched) console_.err("\n");
    }
    void tell(std::span<const WorkerNotes> notes) {
        std::int64_t done = 0, found = 0;
        for (const WorkerNotes& one : notes) {
            done += one.done;
            found += one.found;
        }
        const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - start_;
        const double rate = passed.count() > 0 ? static_cast<double>(done) / passed.count() : 0;
        told_ = true;
        console_.err(fmt::format("{}{:4.0f} s  {} of {} {}, {:.0f}/s, {} violations{}",
                                 console_.watched ? "\r" : "", passed.count(), grouped(done),
                                 grouped(all_), what_, rate, grouped(found),
                                 console_.watched ? "  " : "\n"));
    }

private:
    const Console& console_;
    std::int64_t all_;
    std::string_view what_;
    std::chrono::steady_clock::time_point start_;
    bool told_ = false;
};

double cpu_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

// Piece by piece, each played by itself. `fails` names the count of what must not be.
template <class Play, class Name>
Result<Figures> play_each(Range range, std::string_view fails, WorkerNotes& notes, const Play& play,
                          const Name& name) {
    Figures all;
    for (std::int64_t i = range.first; i < range.last; ++i) {
        const auto played = play(i);
        if (!played) {
            Error error = played.error();
            error.detail = fmt::format("{}: {}", name(i), error.detail);
            return error;
        }
        fleet::add(all, *played);
        notes.found += played->count(fails);
        ++notes.done;
    }
    all.timings["total_cpu_s"] = cpu_seconds();
    return all;
}

Result<Figures> play_histories(const FleetCommand& command, Range range,
                               const FleetPlayers& players, WorkerNotes& notes) {
    const auto seed_of = [&](std::int64_t history) {
        return fleet::history_seed(command.seed.value_or(0), history);
    };
    const auto play = [&](std::int64_t history) {
        notes.item = seed_of(history);
        auto played = players.judge(command, history);
        if (played) played->counts["histories"] = 1;
        return played;
    };
    return play_each(range, "violations", notes, play, [&](std::int64_t history) {
        return fmt::format("history {} ({})", history, replay_words(command, seed_of(history)));
    });
}

Result<Figures> play_branches(const FleetCommand& command, Range range, const FleetPlayers& players,
                              WorkerNotes& notes) {
    const auto play = [&](std::int64_t branch) {
        notes.item = static_cast<std::uint64_t>(branch);
        return players.branch(command, branch);
    };
    return play_each(range, "lost", notes, play,
                     [](std::int64_t branch) { return fmt::format("branch {}", branch); });
}

// An endpoint that refuses a load, or that no fleet is on time at, is not available.
Result<Figures> play_load(const FleetCommand& command, Range range, const FleetPlayers& players,
                          const FleetPlayers::Tell& tell) {
    auto figures = players.load(command, range, tell);
    if (figures || figures.error().fault != Fault::refused) return figures;
    Error error = figures.error();
    error.fault = Fault::unreachable;
    return error;
}

// What a fleet is divided into.
enum class Piece { history, branch, technician };

Piece piece_of(const FleetCommand& command) {
    if (command.verb == FleetCommand::Verb::judge) return Piece::history;
    return in_memory(command) ? Piece::branch : Piece::technician;
}

std::int64_t pieces_of(const FleetCommand& command) {
    switch (piece_of(command)) {
        case Piece::history: return histories_of(command);
        case Piece::branch: return fleet::branches_of(command.technicians);
        case Piece::technician: break;
    }
    return command.technicians;
}

std::size_t jobs_of(const FleetCommand& command, Range range) {
    const bool computes = piece_of(command) != Piece::technician;
    const std::int64_t usual = computes ? std::int64_t{std::thread::hardware_concurrency()} : 1;
    const std::int64_t wanted = std::max<std::int64_t>(command.jobs.value_or(usual), 1);
    return static_cast<std::size_t>(std::clamp<std::int64_t>(range.size(), 1, wanted));
}

Part empty_part(const FleetCommand& command, Shard shard) {
    Part part;
    part.asked = asked(command);
    part.version = OUTRIDER_VERSION;
    part.shard = shard;
    return part;
}

// Each process plays a shard of the shard, and hands it back as shards do.
Result<Part> play_in_processes(const Console& console, const FleetCommand& command, Shard shard,
                               Range range, const FleetPlayers& players) {
    const Piece piece = piece_of(command);
    Work work;
    work.workers = jobs_of(command, range);
    const auto inner = [&](std::size_t worker) {
        Shard one;
        one.number = static_cast<std::int64_t>(worker);
        one.of = static_cast<std::int64_t>(work.workers);
        return one;
    };
    work.play = [&](std::size_t worker, WorkerNotes& notes) -> Result<std::string> {
        Part part = empty_part(command, inner(worker));
        const Range mine = fleet::share(range, part.shard);
        const auto tell = [&](std::string_view line) {
            console.err(fmt::format("process {}: {}\n", worker, line));
        };
        auto figures = piece == Piece::history  ? play_histories(command, mine, players, notes)
                       : piece == Piece::branch ? play_branches(command, mine, players, notes)
                                                : play_load(command, mine, players, tell);
        if (!figures) return figures.error();
        part.figures = std::move(*figures);
        return fleet::part_text(part);
    };
    work.name = [&](std::size_t worker, const WorkerNotes& notes) {
        if (piece == Piece::branch)
            return fmt::format("shard {}: the process that played branch {}", to_string(shard),
                               notes.item.load());
        if (piece == Piece::technician)
            return fmt::format("shard {}: process {}", to_string(shard), worker);
        return fmt::format("shard {}: the process that played seed {} ({})", to_string(shard),
                           notes.item.load(), replay_words(command, notes.item));
    };
    ProgressLine progress(console, range.size(),
                          piece == Piece::history ? "histories" : "branches");
    if (piece != Piece::technician) {
        work.watch = [&](std::span<const WorkerNotes> notes) { progress.tell(notes); };
    }
    auto texts = run_workers(work);
    if (!texts) return texts.error();
    std::vector<fleet::NamedPart> parts;
    for (const std::string& text : *texts) {
        fleet::NamedPart named;
        named.name = fmt::format("process {}", parts.size());
        auto part = fleet::read_part(text, named.name);
        if (!part) return part.error();
        named.part = std::move(*part);
        parts.push_back(std::move(named));
    }
    return fleet::merge(parts);
}

Result<Part> play_here(const Console& console, const FleetCommand& command, Range range,
                       const FleetPlayers& players) {
    const auto tell = [&](std::string_view line) { console.err(fmt::format("{}\n", line)); };
    auto figures = play_load(command, range, players, tell);
    if (!figures) return figures.error();
    if (figures->count("interrupted") > 0 && !command.out.empty())
        return Error(Fault::cancelled, fmt::format("stopped by a signal: {} is not written, for a "
                                                   "part is whole or absent",
                                                   command.out));
    Part part = empty_part(command, {});
    part.figures = std::move(*figures);
    return part;
}

}  // namespace

Result<Part> play(const Console& console, const FleetCommand& command, Shard shard,
                  const FleetPlayers& players) {
    Range whole;
    whole.last = pieces_of(command);
    const Range range = fleet::share(whole, shard);
    const auto begun = std::chrono::steady_clock::now();
    const bool here = piece_of(command) == Piece::technician && jobs_of(command, range) == 1;
    auto part = here ? play_here(console, command, range, players)
                     : play_in_processes(console, command, shard, range, players);
    if (!part) return part;
    if (command.herd && shard.number == 0) {
        const auto herd = players.herd(command);
        if (!herd) return herd.error();
        fleet::add(part->figures, *herd);
    }
    const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - begun;
    part->figures.timings["wall_s"] = passed.count();
    part->shard = shard;
    return part;
}

}  // namespace outrider::cli
