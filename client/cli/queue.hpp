#pragma once
// What waits for the office, and what it refused, as people read it.

#include "client/api/local.hpp"
#include "client/cli/command_line.hpp"
#include "client/cli/commands.hpp"

#include <string>

namespace outrider::cli {

// A table made line by line: a heading wherever destination or owner change, a row for each record.
// Dead letters have the office's words below.
class QueueTable {
public:
    enum class Words { one_line, whole };
    QueueTable(Instant now, Style style, Words words) : now_(now), style_(style), words_(words) {}
    std::string add(const api::QueueRecord&);

private:
    Instant now_;
    Style style_;
    Words words_;
    std::string heading_;
};

// Everything about one.
std::string render(const api::QueueRecord&, Instant now, Style);
std::string called(offline::Lane, std::int64_t sequence);  // "pings 42"

Async<int> save_queue(Context&, AgentLink&, QueueCommand);
Async<int> retry_dead(Context&, AgentLink&, QueueCommand);
Async<int> drop_dead(Context&, AgentLink&, QueueCommand);

// "/v1/dead?lane=pings&to=42&limit=1"; a number below 0 is left out.
std::string dead_target(std::optional<offline::Lane>, std::int64_t to, std::int64_t limit);

}  // namespace outrider::cli
