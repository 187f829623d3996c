#pragma once
// Everything the agent can be told, with its defaults. client/cli/config fills it from TOML.

#include "client/agent/power.hpp"
#include "client/agent/privacy.hpp"
#include "client/agent/retention.hpp"
#include "client/agent/suggestions.hpp"
#include "client/agent/traffic.hpp"
#include "client/agent/workday.hpp"
#include "client/api/day_reader.hpp"
#include "client/api/ping.hpp"
#include "client/api/token.hpp"
#include "gps/gpsd.hpp"
#include "gps/judge.hpp"
#include "offline/store.hpp"
#include "platform/log.hpp"
#include "platform/stream.hpp"

#include <string>

namespace outrider::agent {

struct SyncSettings {
    int max_batch_size = 100;                      // pings in one request
    std::size_t max_batch_bytes = 256 * 1024;      // and bytes
    Duration interval = std::chrono::seconds(30);  // a ping waits at most so long for company
    int threshold = 5;                             // so many waiting go at once
};

struct RetrySettings {
    Duration base = std::chrono::seconds(2);  // the first wait is up to this, each next up to twice
    Duration cap = std::chrono::minutes(5);   // as much, and never more
};

struct Settings {
    api::Destination destination;  // unit, tenant, provider, API
    net::Origin auth;              // token endpoint
    net::TlsTrust trust;
    net::Proxy proxy;
    std::string client_id;
    std::string client_secret_file, app_key_file;
    Duration connect_limit = std::chrono::seconds(10), request_limit = std::chrono::seconds(30);

    gps::GpsdOptions gpsd;
    gps::JudgeSettings judge;
    SyncSettings sync;
    RetrySettings retry;
    WorkdaySettings workday;
    SuggestionSettings suggestions;
    api::DeskSettings desk;  // tenant and technician are those above

    std::string state_directory;  // the database lives here
    offline::JournalLimits journal;
    RetentionLimits retention;
    TrafficLimits traffic;
    PowerSettings power;
    PrivacySettings privacy;
    bool read_back = false;  // the office can be asked what it holds: the stand-in can
    std::string socket;      // of the local API
    Level log_level = Level::info;
};

}  // namespace outrider::agent
