#include "client/cli/command_line_fleet.hpp"

#include "client/cli/dates.hpp"
#include "client/cli/fleet_command.hpp"
#include "client/fleet/branch.hpp"
#include "client/fleet/load.hpp"
#include "client/fleet/shard.hpp"

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace outrider::cli {

namespace {

using Shared = std::shared_ptr<FleetCommand>;
using Options = std::vector<const CLI::Option*>;

constexpr auto footer =
    "Without --virtual it is a load: technicians who do not exist report to --endpoint in real\n"
    "time, over a few connections. With --virtual it is a judge: the very same agent on a clock,\n"
    "a network and a disk of its own, everything misbehaving as the seed has it; after each\n"
    "history (a crew's working day) what must be true is checked. The same seed plays the same.\n\n"
    "With --endpoint memory each hundred technicians have a stand-in of their own, in memory and\n"
    "on virtual time: no office is needed, and as with --virtual the same seed plays the same.\n"
    "Without --interval technicians work shifts of 8 to 9.5 h, five days of seven; a load begins\n"
    "on the morning of the first, with all of them at work.\n\n"
    "A fleet may be played in shards, on many machines: each with --shard and --out, then "
    "`merge`.\n"
    "The shard is found in SLURM_ARRAY_TASK_ID (with _COUNT and _MIN), too; JOB_COMPLETION_INDEX\n"
    "of Kubernetes does not say how many there are: give --shard /32.\n\n"
    "Secrets come from files, never from flags; without them they are the stand-in's.\n"
    "Exit code 1: something that must be true was not. 130: stopped by a signal, nothing "
    "written.\n\n"
    "Examples:\n"
    "  outrider fleet --virtual --histories 10000 --faults all --html report.html\n"
    "  outrider fleet --virtual --faults all --replay 7061644215716937728\n"
    "  outrider fleet --endpoint http://127.0.0.1:8088 --technicians 1000 --interval 1s --for "
    "5min\n"
    "  outrider fleet --virtual --histories 10000 --seed 1 --shard 3/32 --out parts/\n"
    "  outrider fleet --endpoint memory --technicians 1000 --for 168h\n"
    "  outrider fleet merge parts/ --json report.json --html report.html";

Duration length_of(const std::string& flag, const std::string& word) {
    constexpr Instant now = std::chrono::sys_days(std::chrono::year(2026) / 1 / 1);
    const auto since = parse_stretch(word, now);
    if (since && since->first == since->last && since->first < now) return now - since->first;
    throw CLI::ValidationError(flag,
                               fmt::format("\"{}\": give a time such as 1s, 5min or 2h", word));
}

// CLI11 takes "-1" for the largest there is.
std::uint64_t seed_of(const std::string& flag, const std::string& word) {
    std::uint64_t seed = 0;
    const char* const end = word.data() + word.size();
    const auto read = std::from_chars(word.data(), end, seed);
    if (read.ec == std::errc() && read.ptr == end) return seed;
    throw CLI::ValidationError(flag, fmt::format("\"{}\": give a whole number below 2^64", word));
}

CLI::Option* add_number(CLI::App& app, const std::string& flag, std::int64_t& value, double most,
                        const std::string& doc) {
    return app.add_option(flag, value, fmt::format("{} ({})", doc, value))
        ->check(CLI::Range(1.0, most).description(""))
        ->type_name("N");
}

void add_shard(CLI::App& app, const Shared& command) {
    app.add_option_function<std::string>(
           "--shard",
           [command](const std::string& word) {
               const auto flag = fleet::parse_shard(word);
               if (!flag) throw CLI::ValidationError(flag.error().detail);
               command->shard = *flag;
           },
           "play this share of the fleet only, such as 3/32: 0/32 is the first")
        ->type_name("I/N");
}

void add_common(CLI::App& app, const Shared& command) {
    constexpr double most_jobs = 1024;
    add_number(app, "--technicians", command->technicians,
               static_cast<double>(fleet::LoadLimits::technicians), "how many");
    const auto seed = [command](const std::string& word) {
        command->seed = seed_of("--seed", word);
    };
    app.add_option_function<std::string>("--seed", seed,
                                         "of all that happens (a fresh one, which is printed)")
        ->type_name("N");
    add_shard(app, command);
    app.add_option("--jobs", command->jobs,
                   "processes (with --virtual one for each core, otherwise 1)")
        ->check(CLI::Range(1.0, most_jobs).description(""))
        ->type_name("N");
    app.add_option("--out", command->out,
                   "the part, for `merge`: a file, or a folder for part-00003.json and its likes")
        ->type_name("PART");
    app.add_option("--json", command->json, "the report as JSON, '-' for standard output")
        ->type_name("FILE");
    app.add_option("--html", command->html, "the report as a page with pictures")
        ->type_name("FILE");
}

// With all that decides what is played, one history has nothing to do.
void refuse_beside_replay(const CLI::App& app) {
    constexpr std::array fitting = {"--virtual", "--replay", "--faults",
                                    "--json",    "--html",   "--help"};
    for (const CLI::Option* option : app.get_options()) {
        const std::string flag = option->get_name();
        if (option->count() > 0 && std::find(fitting.begin(), fitting.end(), flag) == fitting.end())
            throw CLI::ValidationError(flag, "says nothing to --replay, which plays one history");
    }
}

Options add_judge(CLI::App& app, const Shared& command) {
    constexpr double most_histories = 1e9;
    Options options;
    options.push_back(add_number(app, "--days", command->days, 366, "working days of each"));
    options.push_back(app.add_option("--histories", command->histories,
                                     "crews' days to play, whatever --technicians and --days say "
                                     "(as many as they ask for)")
                          ->check(CLI::Range(1.0, most_histories).description(""))
                          ->type_name("N"));
    const auto faults = [command](const std::string& word) {
        if (word != "all" && word != "none")
            throw CLI::ValidationError("--faults", fmt::format("\"{}\": give all or none", word));
        command->faults = word == "all" ? fleet::Faults::all : fleet::Faults::none;
    };
    options.push_back(app.add_option_function<std::string>("--faults", faults,
                                                           "all or none: what misbehaves (all)")
                          ->type_name("WORD"));
    options.push_back(app.add_flag("--herd", command->herd,
                                   "and a thousand agents after an outage, for the page"));
    const auto replay = [command](const std::string& word) {
        command->verb = FleetCommand::Verb::replay;
        command->replayed = seed_of("--replay", word);
    };
    options.push_back(app.add_option_function<std::string>(
                             "--replay", replay, "play the one history of this seed, and tell it")
                          ->type_name("SEED"));
    return options;
}

void add_way_in(CLI::App& app, const Shared& command, Options& options) {
    const auto text = [&](const char* flag, std::string& value, const std::string& doc,
                          const char* type) {
        options.push_back(app.add_option(flag, value, doc)->type_name(type));
    };
    text("--endpoint", command->endpoint,
         "the API, such as http://127.0.0.1:8088; or `memory`: see below", "URL");
    text("--auth", command->auth, "where tokens come from (the endpoint)", "URL");
    text("--tenant", command->tenant, "the tenant's number (1000001)", "NUMBER");
    text("--provider", command->provider, "the GPS provider's name (outrider)", "NAME");
    text("--client-id", command->client_id, "the client id (cid.demo)", "ID");
    text("--client-secret-file", command->client_secret_file, "holds the client secret", "FILE");
    text("--app-key-file", command->app_key_file, "holds the app key", "FILE");
    text("--ca", command->ca_file, "PEM file to trust (the system's certificates)", "FILE");
    options.push_back(app.add_flag("--i-own-this-endpoint", command->own_this_endpoint,
                                   "for an endpoint that is not on this machine"));
}

Options add_load(CLI::App& app, const Shared& command) {
    using Limits = fleet::LoadLimits;
    Options options;
    add_way_in(app, command, options);
    options.push_back(app.add_option("--speed", command->speed, "so many times real time (1)")
                          ->check(CLI::Range(Limits::least_speed, Limits::speed).description(""))
                          ->type_name("K"));
    const auto interval = [command](const std::string& word) {
        command->interval = length_of("--interval", word);
    };
    options.push_back(
        app.add_option_function<std::string>("--interval", interval,
                                             "from ping to ping of a technician, day and night (as "
                                             "an agent reports, on working days)")
            ->type_name("TIME"));
    const auto length = [command](const std::string& word) {
        command->length = length_of("--for", word);
    };
    options.push_back(
        app.add_option_function<std::string>("--for", length, "how long, in real time (1min)")
            ->type_name("TIME"));
    options.push_back(add_number(app, "--connections", command->connections, Limits::connections,
                                 "that all share"));
    options.push_back(
        add_number(app, "--batch", command->batch, Limits::batch, "pings of a request, at most"));
    options.push_back(
        app.add_option("--state", command->state, "keep the queues in this folder (in memory)")
            ->type_name("FOLDER"));
    options.push_back(app.add_flag("--find-limit", command->find_limit,
                                   "find the largest fleet that is not late"));
    return options;
}

void refuse(const Options& options, const std::string& why) {
    for (const CLI::Option* option : options)
        if (option->count() > 0) throw CLI::ValidationError(option->get_name(), why);
}

Options named(const Options& options, std::initializer_list<std::string_view> names, bool wanted) {
    Options some;
    for (const CLI::Option* option : options) {
        const std::string name = option->get_name();
        const bool among = std::find(names.begin(), names.end(), name) != names.end();
        if (among == wanted) some.push_back(option);
    }
    return some;
}

void refuse_for_load(const FleetCommand& command, const Options& judge, const Options& load) {
    const bool memory = command.endpoint == fleet::in_memory;
    refuse(memory ? named(judge, {"--faults"}, false) : judge,
           "is for the judge: give --virtual, too, or leave it out");
    if (memory)
        refuse(named(load, {"--state", "--find-limit", "--connections", "--speed"}, true),
               "is for a real endpoint: leave it or --endpoint memory out");
    if (command.endpoint.empty())
        throw CLI::ValidationError("--endpoint",
                                   "missing: give where to report to (`outrider office` answers at "
                                   "http://127.0.0.1:8088), `memory`, or --virtual");
}

void add_merge(CLI::App& app, const Shared& command) {
    auto* sub = app.add_subcommand("merge", "put the parts of a fleet's shards together");
    sub->add_option("PART", command->parts, "what --out wrote: files, or folders of them")
        ->required()
        ->type_name("FILE|FOLDER");
    sub->add_option("--json", command->json, "the report as JSON, '-' for standard output")
        ->type_name("FILE");
    sub->add_option("--html", command->html, "the report as a page with pictures")
        ->type_name("FILE");
    sub->footer(
        "Refused: a part missing, given twice, damaged, or of another fleet. Exit code 1:\n"
        "something that must be true was not.\n\n"
        "Example:\n  outrider fleet merge parts/ --json report.json --html report.html");
    sub->final_callback([command] { command->verb = FleetCommand::Verb::merge; });
}

}  // namespace

void add_fleet(CLI::App& app, Command& chosen) {
    auto* sub = app.add_subcommand("fleet", "technicians who do not exist: a load, or a judge");
    auto command = std::make_shared<FleetCommand>();
    auto virtual_time = std::make_shared<bool>(false);
    sub->add_flag("--virtual", *virtual_time, "judge the agent on virtual time");
    add_common(*sub, command);
    const Options judge = add_judge(*sub, command), load = add_load(*sub, command);
    add_merge(*sub, command);
    sub->footer(footer);
    sub->final_callback([sub, command, virtual_time, judge, load, &chosen] {
        if (command->verb != FleetCommand::Verb::merge) {
            if (*virtual_time)
                refuse(load, "is for a load: leave it or --virtual out");
            else
                refuse_for_load(*command, judge, load);
            if (*virtual_time && command->verb == FleetCommand::Verb::load)
                command->verb = FleetCommand::Verb::judge;
            if (command->verb == FleetCommand::Verb::replay) refuse_beside_replay(*sub);
        }
        if (command->find_limit && (command->shard || command->jobs.value_or(1) > 1))
            throw CLI::ValidationError("--find-limit",
                                       "is for one process: leave --shard and --jobs out");
        chosen = *command;
    });
}

}  // namespace outrider::cli
