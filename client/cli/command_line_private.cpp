#include "client/cli/command_line_private.hpp"

#include "client/cli/command_line_day.hpp"

#include <CLI/CLI.hpp>

#include <memory>

namespace outrider::cli {

namespace {

using Verb = PrivateCommand::Verb;

void add_mode(CLI::App& parent, Command& chosen, Verb verb, const char* name, const char* doc) {
    auto* sub = parent.add_subcommand(name, doc);
    auto command = std::make_shared<PrivateCommand>();
    command->verb = verb;
    add_where(*sub, command->where);
    add_json(*sub, command->form);
    if (verb == Verb::on) {
        sub->add_option("--for", command->length, "end by itself after so long: 45min, 2h, 1d")
            ->type_name("AGE");
        sub->footer("Example:\n  outrider private on --for 1h");
    }
    sub->final_callback([command, &chosen] { chosen = *command; });
}

void add_report(CLI::App& app, Command& chosen) {
    auto* parent = app.add_subcommand("privacy", "what this device holds about its technician");
    parent->require_subcommand(1);
    auto* sub = parent->add_subcommand(
        "report", "all of it: what, how much, from when, until when, and what goes to the office");
    auto command = std::make_shared<PrivacyCommand>();
    add_where(*sub, command->where);
    add_json(*sub, command->form);
    sub->add_flag("--places", command->places, "with the private zones' coordinates");
    sub->footer("Example:\n  outrider privacy report");
    sub->final_callback([command, &chosen] { chosen = *command; });
}

void add_forget(CLI::App& app, Command& chosen) {
    auto* sub = app.add_subcommand("forget", "delete the track of some time from this device");
    auto command = std::make_shared<ForgetCommand>();
    add_where(*sub, command->where);
    add_json(*sub, command->form);
    auto* from = sub->add_option("--from", command->from, "when it begins")->type_name("TIME");
    auto* to = sub->add_option("--to", command->to, "when it ends (now)")->type_name("TIME");
    to->needs(from);
    auto* before = sub->add_option("--before", command->before, "everything before it")
                       ->type_name("TIME")
                       ->excludes(from);
    auto* all = sub->add_flag("--all-track", command->all, "everything");
    all->excludes(from)->excludes(before);
    sub->add_flag("--queued", command->queued,
                  "and the positions of that time that the office has not got, or refused: it "
                  "will never get them");
    sub->add_flag("--yes", command->yes, "mean it");
    sub->footer(
        "Without --yes it says what would go, deletes nothing and exits with 64. What the office\n"
        "has got already, it has. A TIME is as for `outrider export`.\n\nExamples:\n"
        "  outrider forget --from 2026-08-20T18 --to 2026-08-20T19 --yes\n"
        "  outrider forget --before 2d --yes\n"
        "  outrider forget --all-track --queued --yes");
    sub->final_callback([command, &chosen] {
        if (command->from.empty() && command->before.empty() && !command->all) {
            throw CLI::ValidationError("forget", "give --from, --before or --all-track");
        }
        chosen = *command;
    });
}

}  // namespace

void add_private(CLI::App& app, Command& chosen) {
    auto* mode = app.add_subcommand("private", "private mode: nothing is recorded while it is on");
    mode->require_subcommand(1);
    add_mode(*mode, chosen, Verb::on, "on", "until it is ended, restarts included");
    add_mode(*mode, chosen, Verb::off, "off", "end it");
    add_mode(*mode, chosen, Verb::show, "show", "whether anything is kept now, and why not");
    mode->footer("Examples:\n  outrider private on --for 1h\n  outrider private off");
    add_report(app, chosen);
    add_forget(app, chosen);
}

}  // namespace outrider::cli
