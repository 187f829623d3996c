// The queue in somebody's hands.

#include "client/agent/agent.hpp"

#include <utility>

namespace outrider::agent {

Result<api::QueueRecord> Agent::record(const offline::Envelope& envelope) {
    auto destination = store_.outbox().destination_text(envelope.destination);
    if (!destination) return destination.error();
    return api::record_of(envelope, std::move(*destination), store_.identity());
}

Agent::Records Agent::waiting(offline::Lane lane, std::int64_t from, std::size_t limit) {
    const auto envelopes = store_.outbox().from(lane, from, limit);
    if (!envelopes) return envelopes.error();
    std::vector<api::QueueRecord> records;
    for (const offline::Envelope& envelope : *envelopes) {
        auto described = record(envelope);
        if (!described) return described.error();
        records.push_back(std::move(*described));
    }
    return records;
}

Agent::Records Agent::dead_letters(offline::Lane lane, std::int64_t to, std::size_t limit) {
    auto letters = store_.outbox().dead_letters(lane, limit, to);
    if (!letters) return letters.error();
    std::vector<api::QueueRecord> records;
    for (offline::DeadLetter& letter : *letters) {
        auto described = record(letter.envelope);
        if (!described) return described.error();
        described->buried = letter.buried;
        described->words = std::move(letter.words);
        records.push_back(std::move(*described));
    }
    return records;
}

Result<api::DeadAnswer> Agent::decide(const api::DeadRequest& request,
                                      const std::function<Result<>(std::int64_t)>& each) {
    api::DeadAnswer answer;
    answer.lane = request.lane;
    Result<> done = store_.commit(clock_.now(), [&]() -> Result<> {
        for (const std::int64_t sequence : request.sequences) {
            Result<> decided = each(sequence);
            // Only what is no dead letter is refused, and then nothing was changed.
            if (!decided && decided.error().fault != Fault::refused) return decided;
            (decided ? answer.done : answer.unknown).push_back(sequence);
        }
        return {};
    });
    if (!done) return done.error();
    return answer;
}

Result<api::DeadAnswer> Agent::retry(const api::DeadRequest& request) {
    auto answer = decide(request, [&](std::int64_t sequence) {
        return store_.outbox().retry(request.lane, sequence);
    });
    if (!answer || answer->done.empty()) return answer;
    if (request.lane == offline::Lane::actions) {
        if (auto loaded = reload_workday(); !loaded) return loaded.error();
    } else {
        courier_.nudge(Courier::Haste::at_once);
    }
    return answer;
}

Result<api::DeadAnswer> Agent::drop(const api::DeadRequest& request) {
    auto answer = decide(request, [&](std::int64_t sequence) {
        return store_.outbox().discard(request.lane, sequence, clock_.now());
    });
    if (!answer || answer->done.empty() || request.lane != offline::Lane::actions) return answer;
    if (auto loaded = reload_workday(); !loaded) return loaded.error();
    return answer;
}

}  // namespace outrider::agent
