#pragma once
// What somebody typed, as one of the subcommands; or the words to answer it with.

#include "client/cli/config.hpp"
#include "client/cli/fleet_command.hpp"
#include "client/dispatch/rule.hpp"
#include "gps/recording.hpp"
#include "offline/outbox.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace outrider::cli {

enum class Form { text, json };

// How to find the agent; "" for the usual ways (see find_socket).
struct Where {
    std::string socket, config;
};

struct AgentCommand {
    std::string config;
};
struct OfficeCommand {
    std::string config;
    std::vector<Flag> flags;
};
struct StatusCommand {
    Where where;
    Form form = Form::text;
    bool watch = false;
};
struct AuditCommand {
    Where where;
    Form form = Form::text;
    bool verify = false;   // custody, too
    std::string database;  // this file instead of asking the agent
};
struct TailCommand {
    Where where;
    Form form = Form::text;
};
enum class ExportFormat { gpx, geojson, csv, svg };
struct ExportCommand {
    Where where;
    ExportFormat format = ExportFormat::gpx;
    std::string from = "6h", to = "now";  // see dates.hpp
    std::string output = "-";
    std::string late = "60s";  // see Lateness
};
struct WhyCommand {
    Where where;
    Form form = Form::text;
    std::string what;  // a time, see dates.hpp; a ping's number or external id
};
struct QueueCommand {
    enum class Verb { ls, show, flush, pause, resume, save, dead_ls, dead_show, retry, drop };
    Verb verb = Verb::ls;
    Where where;
    Form form = Form::text;
    std::optional<offline::Lane> lane;    // where numbers are given and none of these: pings
    std::int64_t limit = 20;              // of ls
    std::vector<std::int64_t> sequences;  // of show (one), retry and drop
    bool all = false;                     // retry and drop: whatever is there
    bool yes = false;                     // drop: mean it
    std::string output = "-";             // of save
};
struct DayCommand {
    enum class View { day, next, waiting, cards };
    View view = View::day;
    Where where;
    Form form = Form::text;
};
struct TapCommand {
    dispatch::Verb verb = dispatch::Verb::dispatch;
    std::optional<dispatch::Id> appointment;  // nothing: the only one it is possible for
    Where where;
    Form form = Form::text;
};
struct PrivateCommand {
    enum class Verb { on, off, show };
    Verb verb = Verb::show;
    std::string length;  // of on; "": until it is ended
    Where where;
    Form form = Form::text;
};
struct PrivacyCommand {
    bool places = false;
    Where where;
    Form form = Form::text;
};
struct ForgetCommand {
    std::string from, to = "now", before;  // see dates.hpp
    bool all = false, queued = false;
    bool yes = false;  // mean it
    Where where;
    Form form = Form::text;
};
struct CardCommand {  // of what is suggested
    enum class Verb { accept, dismiss };
    Verb verb = Verb::accept;
    std::optional<dispatch::Id> appointment;  // nothing: the only one suggested
    Where where;
    Form form = Form::text;
};
struct ConfigCommand {
    enum class Verb { check, show, sample };
    Verb verb = Verb::check;
    std::string config;
    Origins origins = Origins::hidden;
};
struct ReplayCommand {
    std::string file;                            // "-" for standard input
    std::optional<gps::RecordingFormat> format;  // nothing: by what is in it
    std::string config, diff;                    // "": the defaults; no second configuration
    std::string clock;                           // the wall clock's, "" when it was right
    std::string svg, json;                       // files to write
    bool verdicts = false;                       // a line a fix instead of the table
    std::size_t most = 10;                       // differences told one by one
};
struct VersionCommand {};
// Nothing to run: help was asked for, or the line cannot be understood.
struct Answer {
    int exit_code = 0;
    std::string out, err;
};
using Command = std::variant<AgentCommand, OfficeCommand, StatusCommand, AuditCommand, TailCommand,
                             ExportCommand, QueueCommand, DayCommand, TapCommand, CardCommand,
                             PrivateCommand, PrivacyCommand, ForgetCommand, ConfigCommand,
                             WhyCommand, ReplayCommand, FleetCommand, VersionCommand, Answer>;

Command parse_command_line(
    const std::vector<std::string>& arguments);  // without the program's name

}  // namespace outrider::cli
