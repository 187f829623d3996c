#pragma once
// Another program, run for a test and never left behind: it dies with this object and with us.

#include "platform/clock.hpp"

#include <sys/types.h>

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace outrider::test {

class Process {
public:
    struct Options {
        std::vector<std::string> arguments;              // without the program itself
        std::map<std::string, std::string> environment;  // added to, or replacing, our own
        std::string directory;                           // to run in; ours when empty
        std::string output_file, error_file;             // appended to; /dev/null when empty
    };

    // `program` is a path, or a name to be found in $PATH. Throws when it cannot be started.
    Process(const std::string& program, const Options& options);
    ~Process();  // SIGKILL to it and its process group, and waits
    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;

    pid_t pid() const { return pid_; }
    bool running();
    void kill(int signal);
    // Its exit code, or 128 + the signal that ended it; nothing when it still runs after `limit`.
    std::optional<int> wait(Duration limit);
    std::string output() const;  // so far, if there is a file
    std::string errors() const;
    // True as soon as one of the files has `text`; false when it ends, or `limit` is over, before.
    bool wait_for_text(std::string_view text, Duration limit);

private:
    bool has_text(std::string_view text) const;

    pid_t pid_ = -1;
    int pidfd_ = -1;
    std::string output_file_, error_file_;
    std::optional<int> exit_code_;
};

// Waits until something exists at `path`, a socket say; false after `limit`.
bool wait_for_path(const std::string& path, Duration limit);

}  // namespace outrider::test
