#pragma once
// The two tables of settings: every key there is, where it goes, its limits and what it means.

#include "client/agent/settings.hpp"
#include "client/cli/config_table.hpp"
#include "client/cli/surroundings.hpp"
#include "client/office/office.hpp"

#include <string>
#include <vector>

namespace outrider::cli {

// What the tables fill. The rows refer to the draft they were made for: it stays where it is.
struct AgentDraft {
    AgentDraft(const Surroundings&, const std::string& config_file);
    AgentDraft(const AgentDraft&) = delete;
    AgentDraft& operator=(const AgentDraft&) = delete;

    agent::Settings settings;
    std::string environment;
    std::vector<std::string> zones;  // as they were written
};
std::vector<Setting> agent_table(AgentDraft&);
// Its part about the technician, and what its rows say together.
void add_day(agent::Settings&, std::vector<Setting>& table);
Result<> check_day(const agent::Settings&);
// And about what may be kept of where they are.
void add_privacy(AgentDraft&, std::vector<Setting>& table);

struct OfficeDraft {
    OfficeDraft();
    OfficeDraft(const OfficeDraft&) = delete;
    OfficeDraft& operator=(const OfficeDraft&) = delete;

    office::OfficeSettings settings;
    net::TlsIdentity tls;
    std::string client_secret_file, app_key_file;
};
std::vector<Setting> office_table(OfficeDraft&);

}  // namespace outrider::cli
