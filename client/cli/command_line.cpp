#include "client/cli/command_line.hpp"

#include "client/cli/command_line_day.hpp"
#include "client/cli/command_line_fleet.hpp"
#include "client/cli/command_line_private.hpp"
#include "client/cli/command_line_replay.hpp"
#include "client/cli/exit_code.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <array>
#include <memory>
#include <sstream>

namespace outrider::cli {

namespace {

constexpr auto exit_codes =
    "Exit codes: 0 ok, 64 usage, 65 an unreadable recording, 69 no agent answers, 70 a bug, 74 "
    "input/output,\n"
    "78 configuration; status: 1 degraded, 2 down; audit: 1 when the books do not balance;\n"
    "queue: 1 when there is no such number; a tap: 1 when it is against the rule; fleet: 1 when\n"
    "something that must be true was not.\n";

}  // namespace

void add_where(CLI::App& app, Where& where) {
    app.add_option("--socket", where.socket, "the agent's socket")->type_name("PATH");
    app.add_option("--config", where.config, "find the socket in this configuration")
        ->type_name("FILE");
}

void add_json(CLI::App& app, Form& form) {
    app.add_flag_callback(
        "--json", [&form] { form = Form::json; }, "as JSON, for programs");
}

namespace {

void add_agent(CLI::App& app, Command& chosen) {
    auto* sub = app.add_subcommand("agent", "the agent itself: runs until stopped");
    auto command = std::make_shared<AgentCommand>();
    sub->add_option("--config", command->config,
                    "instead of /etc/outrider/outrider.toml; drop-ins beside it are read too")
        ->type_name("FILE");
    sub->footer("Example:\n  outrider agent --config /etc/outrider/outrider.toml");
    sub->final_callback([command, &chosen] { chosen = *command; });
}

void add_office(CLI::App& app, Command& chosen) {
    auto* sub = app.add_subcommand("office", "a stand-in for ServiceTitan, for trials and tests");
    auto command = std::make_shared<OfficeCommand>();
    sub->add_option("--config", command->config, "TOML file with the same names, '_' for '-'")
        ->type_name("FILE");
    for (const auto& flag : office_flags()) {
        std::string name = "--" + flag.name;
        std::replace(name.begin(), name.end(), '_', '-');
        sub->add_option_function<std::vector<std::string>>(
               name,
               [command, key = flag.name](const std::vector<std::string>& words) {
                   command->flags.emplace_back(key, words);
               },
               flag.default_text.empty() ? flag.doc : flag.doc + " (" + flag.default_text + ")")
            ->type_name("VALUE")
            ->expected(1)
            ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    }
    sub->footer(
        "Secrets come from files, never from flags.\n\nExample:\n"
        "  outrider office --listen 127.0.0.1:8088 --database /tmp/office.db");
    sub->final_callback([command, &chosen] { chosen = *command; });
}

void add_status(CLI::App& app, Command& chosen) {
    auto* sub = app.add_subcommand("status", "is it working? does the office hear from us?");
    auto command = std::make_shared<StatusCommand>();
    add_where(*sub, command->where);
    add_json(*sub, command->form);
    sub->add_flag("--watch", command->watch, "again every second, until Ctrl-C");
    sub->footer(
        "Exit code 0: working. 1: somebody should look. 2: not working.\n\nExamples:\n"
        "  outrider status --watch\n  outrider status --json | jq .office");
    sub->final_callback([command, &chosen] { chosen = *command; });
}

void add_audit(CLI::App& app, Command& chosen) {
    auto* sub = app.add_subcommand("audit", "prove that no fix was lost: the books");
    auto command = std::make_shared<AuditCommand>();
    add_where(*sub, command->where);
    add_json(*sub, command->form);
    sub->add_flag("--verify", command->verify,
                  "and every record, from link to link: nothing was changed or reordered");
    sub->add_option("--database", command->database,
                    "this file instead of asking the agent: only while no agent has it open")
        ->type_name("FILE");
    sub->footer(
        "Exit code 1 when the books do not balance or a record does not follow from the one\n"
        "before. A copy of the database is as good: copy FILE and FILE-wal, if there is one,\n"
        "together.\n\nExamples:\n"
        "  outrider audit --verify && echo every fix is accounted for\n"
        "  outrider audit --verify --database /var/lib/outrider/outrider.db");
    sub->final_callback([command, &chosen] { chosen = *command; });
}

void add_tail(CLI::App& app, Command& chosen) {
    auto* sub = app.add_subcommand("tail", "each fix as it happens, and what became of it");
    auto command = std::make_shared<TailCommand>();
    add_where(*sub, command->where);
    add_json(*sub, command->form);
    sub->footer("Example:\n  outrider tail | grep rejected");
    sub->final_callback([command, &chosen] { chosen = *command; });
}

ExportFormat export_format(const std::string& word) {
    if (word == "gpx") return ExportFormat::gpx;
    if (word == "geojson") return ExportFormat::geojson;
    if (word == "csv") return ExportFormat::csv;
    if (word == "svg") return ExportFormat::svg;
    throw CLI::ValidationError("--format", "give gpx, geojson, csv or svg");
}

void add_export(CLI::App& app, Command& chosen) {
    auto* sub = app.add_subcommand("export", "the track of the last days, as a file");
    auto command = std::make_shared<ExportCommand>();
    add_where(*sub, command->where);
    const auto format = [command](const std::string& word) {
        command->format = export_format(CLI::detail::to_lower(word));
    };
    sub->add_option_function<std::string>("--format", format,
                                          "gpx, geojson, csv or svg (a picture)")
        ->required()
        ->type_name("FORMAT");
    sub->add_option("--from", command->from, "when it begins (6h)")->type_name("TIME");
    sub->add_option("--to", command->to, "when it ends (now)")->type_name("TIME");
    sub->add_option("--output", command->output, "file to write, '-' for standard output (-)")
        ->type_name("FILE");
    sub->add_option("--late", command->late,
                    "a ping the office had later than this crossed a dead zone (60s)")
        ->type_name("AGE");
    sub->footer(
        "A TIME is UTC: 2026-08-20T14:30, any beginning of it such as 2026-08, an age such\n"
        "as 90min, 6h or 2d, or today, yesterday, now.\n\nExamples:\n"
        "  outrider export --format gpx --from yesterday --to yesterday --output day.gpx\n"
        "  outrider export --format svg --from 2h --output track.svg");
    sub->final_callback([command, &chosen] { chosen = *command; });
}

void add_why(CLI::App& app, Command& chosen) {
    auto* sub = app.add_subcommand("why", "what became of a fix or a ping, in a sentence");
    auto command = std::make_shared<WhyCommand>();
    add_where(*sub, command->where);
    add_json(*sub, command->form);
    sub->add_option("WHAT", command->what, "a time, a ping's number or its externalId")
        ->required()
        ->type_name("TIME|ID");
    sub->footer(
        "A TIME is UTC: 14:32:07 or 14:32 (the last there was), 2026-08-20T14:32:07, an age such\n"
        "as 90s or 6h. Exit code 1: nothing is on record.\n\nExamples:\n"
        "  outrider why 14:32:07\n  outrider why 412");
    sub->final_callback([command, &chosen] { chosen = *command; });
}

using Verb = QueueCommand::Verb;

struct QueueVerb {
    Verb verb;
    const char* name;
    const char* doc;
    const char* footer;
};
constexpr std::array queue_verbs = {
    QueueVerb{Verb::ls, "ls", "what waits, the oldest first",
              "Example:\n  outrider queue ls --lane pings --limit 100"},
    QueueVerb{Verb::show, "show", "everything about one that waits",
              "Example:\n  outrider queue show 42"},
    QueueVerb{Verb::flush, "flush", "send what waits now, unless the office has asked to wait",
              "Example:\n  outrider queue flush && outrider status --watch"},
    QueueVerb{Verb::pause, "pause", "send nothing until `resume`, restarts included",
              "Recording goes on.\n\nExample:\n  outrider queue pause"},
    QueueVerb{Verb::resume, "resume", "send again", "Example:\n  outrider queue resume"},
    QueueVerb{Verb::save, "export", "all that waits, one JSON object a line",
              "Nothing leaves the queue by it.\n\nExamples:\n"
              "  outrider queue export waiting.ndjson\n"
              "  outrider queue export - | jq .ping"},
};
constexpr std::array dead_verbs = {
    QueueVerb{Verb::dead_ls, "ls", "those the office refused for good, the newest first",
              "Example:\n  outrider queue dead ls"},
    QueueVerb{Verb::dead_show, "show", "everything about one, the office's words included",
              "Example:\n  outrider queue dead show 42"},
    QueueVerb{Verb::retry, "retry", "back into the queue, each at its old place",
              "Examples:\n  outrider queue dead retry 42 43\n"
              "  outrider queue dead retry --all"},
    QueueVerb{Verb::drop, "drop", "delete for good, counted as discarded",
              "Without --yes it says what would be lost, deletes nothing and exits with 64.\n\n"
              "Examples:\n  outrider queue dead drop 42\n"
              "  outrider queue dead drop --all --yes"},
};

offline::Lane lane_named(const std::string& word) {
    for (const offline::Lane lane : offline::lanes) {
        if (word == offline::name(lane)) return lane;
    }
    throw CLI::ValidationError("--lane", "give pings or actions");
}

// One number for show; for retry and drop some, or --all.
void add_numbers(CLI::App& sub, const std::shared_ptr<QueueCommand>& command) {
    constexpr double most = 9e15;
    auto* numbers = sub.add_option("N", command->sequences, "as `ls` shows it")
                        ->check(CLI::Range(1.0, most).description(""))
                        ->type_name("NUMBER");
    if (command->verb == Verb::show || command->verb == Verb::dead_show) {
        numbers->required()->expected(1);
        return;
    }
    auto* all = sub.add_flag("--all", command->all, "all there are, of both lanes without --lane");
    all->excludes(numbers);
    if (command->verb == Verb::drop) sub.add_flag("--yes", command->yes, "mean it");
}

void add_queue_verb(CLI::App& parent, Command& chosen, const QueueVerb& verb) {
    auto* sub = parent.add_subcommand(verb.name, verb.doc);
    auto command = std::make_shared<QueueCommand>();
    command->verb = verb.verb;
    add_where(*sub, command->where);
    const bool order =
        verb.verb == Verb::flush || verb.verb == Verb::pause || verb.verb == Verb::resume;
    if (!order) {
        const auto lane = [command](const std::string& word) { command->lane = lane_named(word); };
        sub->add_option_function<std::string>("--lane", lane, "only this lane: pings or actions")
            ->type_name("LANE");
    }
    if (verb.verb != Verb::save) add_json(*sub, command->form);
    switch (verb.verb) {
        case Verb::ls:
        case Verb::dead_ls:
            sub->add_option("--limit", command->limit, "so many at most (20)")
                ->check(CLI::Range(1, 1'000'000).description(""))
                ->type_name("N");
            break;
        case Verb::show:
        case Verb::dead_show:
        case Verb::retry:
        case Verb::drop: add_numbers(*sub, command); break;
        case Verb::save:
            sub->add_option("FILE", command->output, "'-' for standard output")->required();
            break;
        case Verb::flush:
        case Verb::pause:
        case Verb::resume: break;
    }
    sub->footer(verb.footer);
    sub->final_callback([command, &chosen] {
        const bool some = command->verb == Verb::retry || command->verb == Verb::drop;
        if (some && command->sequences.empty() && !command->all) {
            throw CLI::ValidationError("N", "give numbers or --all");
        }
        chosen = *command;
    });
}

void add_queue(CLI::App& app, Command& chosen) {
    auto* sub = app.add_subcommand("queue", "what waits for the office, and what it refused");
    sub->require_subcommand(1);
    for (const QueueVerb& verb : queue_verbs) add_queue_verb(*sub, chosen, verb);
    auto* dead = sub->add_subcommand("dead", "dead letters: what the office refused for good");
    dead->require_subcommand(1);
    for (const QueueVerb& verb : dead_verbs) add_queue_verb(*dead, chosen, verb);
    const char* examples =
        "Examples:\n  outrider queue ls\n  outrider queue dead ls\n"
        "  outrider queue dead retry --all";
    sub->footer(examples);
    dead->footer(examples);
}

void add_config_verb(CLI::App& parent, Command& chosen, ConfigCommand::Verb verb, const char* name,
                     const char* doc) {
    auto* sub = parent.add_subcommand(name, doc);
    auto command = std::make_shared<ConfigCommand>();
    command->verb = verb;
    if (verb != ConfigCommand::Verb::sample) {
        sub->add_option("--config", command->config, "instead of /etc/outrider/outrider.toml")
            ->type_name("FILE");
    }
    if (verb == ConfigCommand::Verb::show) {
        sub->add_flag_callback(
            "--origin", [command] { command->origins = Origins::shown; },
            "and where each value comes from");
    }
    sub->final_callback([command, &chosen] { chosen = *command; });
}

void add_config(CLI::App& app, Command& chosen) {
    using Config = ConfigCommand::Verb;
    auto* sub = app.add_subcommand("config", "the agent's configuration");
    sub->require_subcommand(1);
    add_config_verb(*sub, chosen, Config::check, "check", "every mistake in it, with its line");
    add_config_verb(*sub, chosen, Config::show, "show", "what holds, defaults included");
    add_config_verb(*sub, chosen, Config::sample, "sample", "a commented file to begin with");
    sub->footer(
        "Examples:\n  outrider config check && systemctl restart outrider\n"
        "  outrider config show --origin");
}

Answer answer_to(const CLI::App& app, const CLI::ParseError& error,
                 const std::vector<std::string>& arguments) {
    std::ostringstream out, err;
    if (app.exit(error, out, err) == 0) return {exit_ok, out.str(), ""};
    std::vector<std::string> names;
    for (const auto* sub : app.get_subcommands({})) names.push_back(sub->get_name());
    const std::string word = arguments.empty() ? "" : arguments[0];
    const bool known = std::find(names.begin(), names.end(), word) != names.end();
    if (known || word.starts_with('-')) return {exit_usage, "", "outrider: " + err.str()};
    const std::string near = nearest(word, names);
    return {exit_usage, "",
            "outrider: there is no subcommand \"" + word + "\"" +
                (near.empty() ? "" : ": did you mean " + near + "?") +
                "\nRun with --help for more information.\n"};
}

}  // namespace

Command parse_command_line(const std::vector<std::string>& arguments) {
    CLI::App app("The technician's side of field-service dispatch.", "outrider");
    app.footer(exit_codes);
    app.require_subcommand(1);
    Command chosen;
    app.set_version_flag("--version", std::string("outrider ") + OUTRIDER_VERSION);
    add_agent(app, chosen);
    add_status(app, chosen);
    add_audit(app, chosen);
    add_tail(app, chosen);
    add_export(app, chosen);
    add_why(app, chosen);
    add_replay(app, chosen);
    add_day(app, chosen);
    add_queue(app, chosen);
    add_private(app, chosen);
    add_config(app, chosen);
    add_office(app, chosen);
    add_fleet(app, chosen);
    app.add_subcommand("version", "this program's version")->final_callback([&chosen] {
        chosen = VersionCommand{};
    });
    if (arguments.empty()) return Answer{exit_usage, "", app.help()};
    try {
        std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());
        app.parse(reversed);  // CLI11 takes them from the back
    } catch (const CLI::ParseError& error) {
        return answer_to(app, error, arguments);
    }
    return chosen;
}

}  // namespace outrider::cli
