#include "client/cli/command_line_day.hpp"

#include <CLI/CLI.hpp>

#include <array>
#include <memory>

namespace outrider::cli {

namespace {

using dispatch::Verb;
using View = DayCommand::View;

struct DayView {
    View view;
    const char *name, *doc, *footer;
};
constexpr std::array views = {
    DayView{View::day, "day", "today's appointments, and what is possible on each",
            "Example:\n  outrider day"},
    DayView{View::next, "next", "the one thing to do now, and all about it",
            "Example:\n  outrider next"},
    DayView{View::waiting, "waiting", "taps the office has not heard yet, the oldest first",
            "Example:\n  outrider waiting"},
    DayView{View::cards, "cards", "taps that came to nothing, the newest first",
            "A card stays until somebody decides: try it again, or throw it away.\n\nExamples:\n"
            "  outrider queue dead retry --lane actions 42\n"
            "  outrider queue dead drop --lane actions 42 --yes"},
};

struct TapVerb {
    Verb verb;
    const char *name, *doc;
};
constexpr std::array taps = {
    TapVerb{Verb::dispatch, "dispatch", "on the way to an appointment"},
    TapVerb{Verb::arrive, "arrive", "there, and working"},
    TapVerb{Verb::done, "done", "with one's own part"},
    TapVerb{Verb::pause, "pause", "away for a while, free for another appointment"},
    TapVerb{Verb::resume, "resume", "on the way back to one that was paused"},
    TapVerb{Verb::cancel, "cancel", "the dispatch: not on the way after all"},
};

void add_view(CLI::App& app, Command& chosen, const DayView& view) {
    auto* sub = app.add_subcommand(view.name, view.doc);
    auto command = std::make_shared<DayCommand>();
    command->view = view.view;
    add_where(*sub, command->where);
    add_json(*sub, command->form);
    sub->footer(view.footer);
    sub->final_callback([command, &chosen] { chosen = *command; });
}

void add_tap(CLI::App& app, Command& chosen, const TapVerb& verb) {
    constexpr double most = 9e15;
    auto* sub = app.add_subcommand(verb.name, verb.doc);
    auto command = std::make_shared<TapCommand>();
    command->verb = verb.verb;
    add_where(*sub, command->where);
    add_json(*sub, command->form);
    sub->add_option_function<dispatch::Id>(
           "ID", [command](const dispatch::Id& id) { command->appointment = id; },
           "the appointment, as `outrider day` shows it; the only possible one without")
        ->check(CLI::Range(1.0, most).description(""))
        ->type_name("NUMBER");
    if (verb.verb == Verb::done) {
        auto* all = sub->add_flag_callback(
            "--all", [command] { command->verb = Verb::close; },
            "the appointment is done, for everybody on it");
        sub->add_flag_callback(
               "--job", [command] { command->verb = Verb::complete; },
               "the whole job is complete: it is taken from everybody else on it")
            ->excludes(all);
    }
    sub->footer(
        "It is on the disk when this says so, and reaches the office as soon as that can be\n"
        "reached. Exit code 1: it is against the rule; nothing was done.");
    sub->final_callback([command, &chosen] { chosen = *command; });
}

}  // namespace

void add_day(CLI::App& app, Command& chosen) {
    for (const DayView& view : views) add_view(app, chosen, view);
    for (const TapVerb& verb : taps) add_tap(app, chosen, verb);
}

}  // namespace outrider::cli
