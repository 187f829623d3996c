#pragma once
// The exit codes of every subcommand: scripts, systemd and cron decide by them.

#include "platform/result.hpp"

namespace outrider::cli {

inline constexpr int exit_ok = 0;
inline constexpr int exit_degraded = 1;    // status: working, but somebody should look
inline constexpr int exit_unbalanced = 1;  // audit: a fix is unaccounted for
inline constexpr int exit_undone = 1;      // queue, why: there is no such number
inline constexpr int exit_refused = 1;     // a tap: against the rule
inline constexpr int exit_differs = 1;     // replay: between two configurations, or from the track
inline constexpr int exit_broken = 1;      // fleet: something that must be true was not
inline constexpr int exit_down = 2;        // status: not working, or no agent answers
inline constexpr int exit_usage = 64;      // EX_USAGE
inline constexpr int exit_data = 65;       // EX_DATAERR: a recording or part that cannot be read
inline constexpr int exit_unavailable = 69;    // EX_UNAVAILABLE: the agent does not answer
inline constexpr int exit_software = 70;       // EX_SOFTWARE: a bug, or a peer that speaks nonsense
inline constexpr int exit_io = 74;             // EX_IOERR
inline constexpr int exit_configuration = 78;  // EX_CONFIG: restarting will not help
inline constexpr int exit_interrupted = 130;   // fleet: as after SIGINT

inline int exit_code_of(Fault fault) {
    switch (fault) {
        case Fault::cancelled: return exit_ok;  // a signal asked for it
        case Fault::unreachable:
        case Fault::busy: return exit_unavailable;
        case Fault::storage: return exit_io;
        case Fault::unauthorised: return exit_configuration;
        case Fault::refused:
        case Fault::malformed:
        case Fault::too_large: break;
    }
    return exit_software;
}

}  // namespace outrider::cli
