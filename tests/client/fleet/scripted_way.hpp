#pragma once
// An office at the end of every queue's way, which does what the test wants and remembers what it
// got from whom.

#include "client/api/ping.hpp"
#include "client/api/uplink.hpp"
#include "client/fleet/load.hpp"
#include "offline/store.hpp"
#include "tests/support/result.hpp"
#include "tests/support/virtual_clock.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace outrider::test {

struct ScriptedEnd {
    explicit ScriptedEnd(VirtualClock& at) : clock(at) {}
    VirtualClock& clock;
    Duration latency = std::chrono::milliseconds(80);
    std::function<std::optional<Error>()> mood;
    std::function<bool(const std::string& unit)> refuses;
    int requests = 0, duplicates = 0;
    std::size_t largest = 0, most_units = 0;
    std::int64_t ahead_of_time = 0;                       // pings of the future
    std::map<std::string, std::vector<std::string>> got;  // bodies by unit, in their order

    fleet::Way way();
};

class ScriptedUplink final : public api::Uplink {
public:
    ScriptedUplink(ScriptedEnd& end, offline::Store& store)
        : end_(end), store_(store), alarm_(end.clock.alarm()) {}

    bool together(std::int64_t, std::int64_t) override { return true; }
    std::size_t most_bytes(std::int64_t) override { return 330; }
    Async<Result<std::vector<api::Answer>>> deliver(
        std::span<const offline::Envelope> envelopes) override {
        ++end_.requests;
        end_.largest = std::max(end_.largest, envelopes.size());
        Result<> slept = co_await alarm_->sleep(end_.latency);
        if (!slept) co_return slept.error();
        const std::optional<Error> fault = end_.mood ? end_.mood() : std::nullopt;
        if (fault && !fault->ambiguous) co_return *fault;
        std::vector<api::Answer> answers;
        std::map<std::int64_t, int> units;
        for (const offline::Envelope& envelope : envelopes) {
            ++units[envelope.destination];
            answers.push_back(answer(envelope));
        }
        end_.most_units = std::max(end_.most_units, units.size());
        if (fault) co_return *fault;  // heard, but the answer is lost
        co_return answers;
    }

private:
    api::Answer answer(const offline::Envelope& envelope) {
        const std::string unit =
            api::decode_destination(*store_.outbox().destination_text(envelope.destination))
                ->unit_id;
        api::Answer answer;
        answer.sequence = envelope.sequence;
        answer.accepted = !end_.refuses || !end_.refuses(unit);
        if (!answer.accepted) answer.words = "unknown unit";
        if (!answer.accepted) return answer;
        if (!seen_.emplace(envelope.sequence, 0).second) {
            ++end_.duplicates;
            return answer;
        }
        end_.got[unit].push_back(envelope.body);
        if (api::decode_ping(envelope.body)->time > end_.clock.now()) ++end_.ahead_of_time;
        return answer;
    }
    ScriptedEnd& end_;
    offline::Store& store_;
    std::unique_ptr<Alarm> alarm_;
    std::map<std::int64_t, int> seen_;
};

inline fleet::Way ScriptedEnd::way() {
    return [this](offline::Store& store) -> std::shared_ptr<api::Uplink> {
        return std::make_shared<ScriptedUplink>(*this, store);
    };
}

}  // namespace outrider::test
