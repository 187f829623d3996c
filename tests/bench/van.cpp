#include "tests/bench/van.hpp"

#include "tests/bench/bench.hpp"
#include "tests/support/places.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <csignal>
#include <ctime>
#include <filesystem>
#include <fstream>

namespace outrider::bench {

Van::Van(const Options& options) {
    const std::string& directory = options.directory;
    std::filesystem::create_directories(directory);
    const std::string configuration = directory + "/outrider.toml";
    const std::string secret = directory + "/secret";
    std::ofstream(secret) << "bench\n";
    ::chmod(secret.c_str(), 0600);
    std::ofstream(configuration) << fmt::format(
        R"([unit]
id = "van-7"
[servicetitan]
api_url = "{0}"
auth_url = "{0}"
tenant = "1000001"
gps_provider = "outrider"
client_id = "bench"
client_secret_file = "{1}/secret"
app_key_file = "{1}/secret"
ca_file = "{2}"
[state]
directory = "{1}/state"
[local]
socket = "{3}"
)",
        options.office, directory, options.ca_file, socket());
    std::ofstream(configuration, std::ios::app) << options.more;
    test::Process::Options process;
    process.arguments = {"agent", "--config", configuration};
    process.error_file = directory + "/agent.log";
    process_ = std::make_unique<test::Process>(test::built("outrider"), process);
}

double Van::memory_mib(const std::string& which) const {
    const std::string status = fmt::format("/proc/{}/status", process_->pid());
    return static_cast<double>(proc_number(status, which)) / 1024;
}

double Van::cpu_s() const {
    clockid_t clock{};
    timespec cpu{};
    if (::clock_getcpuclockid(process_->pid(), &clock) != 0) {
        give_up("cannot read the agent's CPU clock");
    }
    ::clock_gettime(clock, &cpu);
    return static_cast<double>(cpu.tv_sec) + static_cast<double>(cpu.tv_nsec) / 1e9;
}

void Van::stop() {
    process_->kill(SIGTERM);
    if (process_->wait(std::chrono::seconds(30)) != 0) give_up(process_->errors());
}

std::string database_in(const std::string& directory) { return directory + "/state/outrider.db"; }

}  // namespace outrider::bench
