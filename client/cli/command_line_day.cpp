#include "client/cli/command_line_day.hpp"

#include <CLI/CLI.hpp>

#include <array>
#include <memory>
#include <optional>

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
    DayView{View::cards, "cards", "what the van's place suggests, and taps that came to nothing",
            "A tap that came to nothing stays until somebody decides: try it again, or throw it\n"
            "away.\n\nExamples:\n  outrider cards accept 812\n"
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

struct CardVerb {
    CardCommand::Verb verb;
    const char *name, *doc;
};
constexpr std::array card_verbs = {
    CardVerb{CardCommand::Verb::accept, "accept",
             "what is suggested is so: it is tapped, with the time it happened"},
    CardVerb{CardCommand::Verb::dismiss, "dismiss",
             "it is not: this is not suggested again for that dispatch"},
};

// An appointment's number, as `outrider day` shows it.
void add_appointment(CLI::App& sub, std::optional<dispatch::Id>& appointment, const char* doc) {
    constexpr double most = 9e15;
    sub.add_option_function<dispatch::Id>(
           "ID", [&appointment](const dispatch::Id& id) { appointment = id; }, doc)
        ->check(CLI::Range(1.0, most).description(""))
        ->type_name("NUMBER");
}

void add_card_verb(CLI::App& cards, Command& chosen, const CardVerb& verb) {
    auto* sub = cards.add_subcommand(verb.name, verb.doc);
    auto command = std::make_shared<CardCommand>();
    command->verb = verb.verb;
    add_where(*sub, command->where);
    add_json(*sub, command->form);
    add_appointment(*sub, command->appointment,
                    "the appointment the card names; the only one suggested without");
    sub->final_callback([command, &chosen] { chosen = *command; });
}

void add_view(CLI::App& app, Command& chosen, const DayView& view) {
    auto* sub = app.add_subcommand(view.name, view.doc);
    auto command = std::make_shared<DayCommand>();
    command->view = view.view;
    add_where(*sub, command->where);
    add_json(*sub, command->form);
    sub->footer(view.footer);
    if (view.view == View::cards) {
        for (const CardVerb& verb : card_verbs) add_card_verb(*sub, chosen, verb);
    }
    sub->final_callback([command, &chosen, sub] {
        if (sub->get_subcommands().empty()) chosen = *command;
    });
}

void add_tap(CLI::App& app, Command& chosen, const TapVerb& verb) {
    auto* sub = app.add_subcommand(verb.name, verb.doc);
    auto command = std::make_shared<TapCommand>();
    command->verb = verb.verb;
    add_where(*sub, command->where);
    add_json(*sub, command->form);
    add_appointment(*sub, command->appointment,
                    "the appointment, as `outrider day` shows it; the only possible one without");
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
