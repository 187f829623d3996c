#pragma once
// A whole van for a test, made of real processes: the stand-in office, a recording, a real gpsd and
// the agent, all on this machine.

#include "platform/clock.hpp"
#include "tests/support/process.hpp"
#include "tests/support/temporary_directory.hpp"

#include <nlohmann/json.hpp>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace outrider::test {

struct Recording {
    std::string file;  // below tests/data
    std::vector<std::string> feeder_arguments;
    std::vector<std::string> gpsd_arguments;  // without -n it begins with the first agent
};

class Van {
public:
    explicit Van(const Recording&);

    // Lines of TOML to append to the agent's configuration; before start_agent.
    std::string more_configuration;

    void start_office();
    void start_receiver();
    void start_agent();  // returns when its socket answers
    Process& agent() { return *agent_; }
    Process& feeder() { return *feeder_; }
    // SIGTERM, and the exit code; fails the test when it takes longer than `limit`.
    int stop_agent(Duration limit);
    void kill_agent();
    // Until so many have been captured, or no more come for a while.
    void wait_for_fixes(std::int64_t count);

    nlohmann::json status() { return ask(agent_socket(), "GET", "/v1/status"); }
    nlohmann::json audit() { return ask(agent_socket(), "GET", "/v1/audit"); }
    nlohmann::json summary() { return ask(office_socket(), "GET", "/office/v1/summary"); }
    // From now on; returns how many requests the fault before has hit.
    std::int64_t fault(const nlohmann::json& fault);
    std::vector<nlohmann::json> pings_at_office();
    // Looks every few milliseconds; fails the test after a minute.
    void until(const std::string& what, const std::function<bool()>& condition);

    std::string agent_socket() const { return directory_.file("agent.sock"); }
    std::string office_socket() const { return directory_.file("office.sock"); }
    std::string agent_log() const { return directory_.file("agent.log"); }
    std::string configuration() const { return directory_.file("outrider.toml"); }
    std::string state_directory() const { return directory_.file("state"); }

    // The body of a 2xx answer over a unix socket; throws std::runtime_error otherwise.
    static std::string ask_text(const std::string& socket, const std::string& method,
                                const std::string& target, const std::string& body);

private:
    static nlohmann::json ask(const std::string& socket, const std::string& method,
                              const std::string& target) {
        return nlohmann::json::parse(ask_text(socket, method, target, ""));
    }
    void write_configuration();

    Recording recording_;
    TemporaryDirectory directory_;
    int office_port_ = 0, gpsd_port_ = 0;
    std::unique_ptr<Process> office_, feeder_, gpsd_, agent_;
};

}  // namespace outrider::test
