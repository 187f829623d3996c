#pragma once
// The program itself, as an agent with a folder of its own.

#include "tests/support/process.hpp"
#include "tests/support/temporary_directory.hpp"

#include <memory>
#include <string>

namespace outrider::bench {

class Van {
public:
    struct Options {
        std::string directory;  // made when it is not there
        std::string office;     // "http://127.0.0.1:8080"
        std::string more;       // of the configuration: sections in TOML
        std::string ca_file{};
    };
    explicit Van(const Options&);
    test::Process& process() { return *process_; }
    std::string socket() const { return sockets_.file("agent.sock"); }
    // Of its memory, in MiB: "VmRSS", or "VmHWM" for the most there was.
    double memory_mib(const std::string& which) const;
    double cpu_s() const;
    void stop();  // and it has to have ended well

private:
    test::TemporaryDirectory sockets_;  // a socket's path has to be short
    std::unique_ptr<test::Process> process_;
};

// Where a van's database lies.
std::string database_in(const std::string& directory);

}  // namespace outrider::bench
