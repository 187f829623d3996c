#include "client/api/servicetitan.hpp"

#include "client/api/results.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

namespace outrider::api {

struct ServiceTitan::Batch {
    std::string body;
    std::vector<std::int64_t> sequences;  // of those in it, ascending
    std::vector<Answer> answers;          // for what cannot be sent at all
};

namespace {

// Texts that are read but once; of more than so many, once again.
constexpr std::size_t most_known = 100'000;

std::string target_of(const Destination& destination) {
    return fmt::format("/dispatch/v2/tenant/{}/gps-provider/{}/gps-pings",
                       http::percent_encode(destination.tenant),
                       http::percent_encode(destination.gps_provider));
}

// No ping may be given up for a wrong way.
std::optional<Error> why_not(const Line& line, const http::Response& response,
                             const Destination& destination) {
    auto fault = line.fault(response);
    if (fault && wrong_way(response.status)) {
        fault->fault = Fault::unauthorised;
        fault->detail += fmt::format(
            ": check servicetitan.api_url, tenant {} and that GPS provider {} is activated there",
            destination.tenant, destination.gps_provider);
    }
    return fault;
}

// Adds the office's answers to those of `batch`. Ids we did not send are ignored, of repeated ones
// the first counts, and a status we do not know is no answer.
Result<std::vector<Answer>> read_answers(const Line& line, const http::Response& response,
                                         const std::vector<std::int64_t>& sequences,
                                         std::vector<Answer> answers, std::uint64_t identity) {
    if (auto error = line.not_json(response)) return std::move(*error);
    const auto results = parse_ping_results(response.body);
    if (!results) return line.not_the_contract(results.error().detail);
    const std::size_t before = answers.size();
    std::vector<bool> answered(sequences.size());
    for (const PingResult& result : *results) {
        if (result.status == PingResult::Status::other) continue;
        const auto sequence = sequence_of(result.external_id, identity);
        if (!sequence) continue;
        const auto sent = std::ranges::lower_bound(sequences, *sequence);
        if (sent == sequences.end() || *sent != *sequence) continue;
        const auto index = static_cast<std::size_t>(sent - sequences.begin());
        if (answered[index]) continue;
        answered[index] = true;
        Answer answer;
        answer.sequence = *sequence;
        answer.accepted = result.status == PingResult::Status::success;
        if (!answer.accepted) answer.words = result.message;
        answers.push_back(std::move(answer));
    }
    // Taken for a success it would be asked again at once, for ever.
    if (answers.size() == before) {
        return line.not_the_contract(fmt::format("results for none of {} pings", sequences.size()));
    }
    std::sort(answers.begin(), answers.end(),
              [](const Answer& a, const Answer& b) { return a.sequence < b.sequence; });
    return answers;
}

}  // namespace

ServiceTitan::ServiceTitan(http::Client& api, net::Origin origin, TokenSource& tokens,
                           const Credentials& credentials, Clock& clock, std::uint64_t identity,
                           std::function<Result<std::string>(std::int64_t)> text_of)
    : line_(api, origin, tokens, credentials, clock),
      origin_(std::move(origin)),
      identity_(identity),
      text_of_(std::move(text_of)) {}

Result<const ServiceTitan::Known*> ServiceTitan::known(std::int64_t id) {
    auto found = known_.find(id);
    if (found == known_.end()) {
        const auto text = text_of_(id);
        if (!text) return text.error();
        const auto destination = decode_destination(*text);
        if (!destination) return destination.error();
        found = known_.emplace(id, Known{*destination, longest_json(*destination)}).first;
    }
    const Destination& destination = found->second.destination;
    if (destination.origin == origin_) return &found->second;
    return Error(Fault::unauthorised,
                 fmt::format("pings are owed to {}, but the agent is set up for {}: set "
                             "servicetitan.api_url back until they are delivered",
                             destination.origin.url(), origin_.url()));
}

bool ServiceTitan::together(std::int64_t id, std::int64_t other) {
    if (id == other) return true;
    if (!mixes_units_) return false;
    const auto one = known(id), two = known(other);
    if (!one || !two) return false;
    const Destination &a = (*one)->destination, &b = (*two)->destination;
    return a.tenant == b.tenant && a.gps_provider == b.gps_provider;
}

std::size_t ServiceTitan::most_bytes(std::int64_t id) {
    const auto found = known(id);
    return found ? (*found)->longest : 1024;  // deliver() says what is wrong
}

ServiceTitan::Batch ServiceTitan::render(std::span<const offline::Envelope> envelopes) {
    Batch batch;
    batch.body.reserve(envelopes.size() * 320);
    batch.body = "[";
    for (const offline::Envelope& envelope : envelopes) {
        if (!together(envelopes.front().destination, envelope.destination)) continue;
        handling(&envelope);
        const auto ping = decode_ping(envelope.body);
        if (!ping) {
            // Answered by us, so that one damaged record does not stop all those behind it.
            Answer answer;
            answer.sequence = envelope.sequence;
            answer.words = "never sent: " + ping.error().detail;
            answer.unsent = true;
            batch.answers.push_back(std::move(answer));
            continue;
        }
        const auto found = known(envelope.destination);
        if (!found) continue;
        if (!batch.sequences.empty()) batch.body += ',';
        append_json(batch.body, *ping, (*found)->destination,
                    external_id(identity_, envelope.sequence));
        batch.sequences.push_back(envelope.sequence);
    }
    handling(nullptr);
    batch.body += ']';
    return batch;
}

Async<Result<std::vector<Answer>>> ServiceTitan::deliver(
    std::span<const offline::Envelope> envelopes) {
    if (envelopes.empty()) co_return std::vector<Answer>();
    if (known_.size() >= most_known) known_.clear();
    const auto found = known(envelopes.front().destination);
    if (!found) co_return found.error();
    const Destination destination = (*found)->destination;
    Batch batch = render(envelopes);
    if (batch.sequences.empty()) co_return std::move(batch.answers);

    auto response = co_await line_.send("POST", target_of(destination), std::move(batch.body));
    if (!response) co_return response.error();
    if (const auto error = why_not(line_, *response, destination)) {
        co_return line_.without_secrets(*error);
    }
    auto answers =
        read_answers(line_, *response, batch.sequences, std::move(batch.answers), identity_);
    if (!answers) co_return line_.without_secrets(answers.error());
    for (Answer& answer : *answers) answer.words = line_.without_secrets(std::move(answer.words));
    co_return answers;
}

Async<Result<std::vector<std::int64_t>>> ServiceTitan::held(
    std::span<const offline::Envelope> envelopes) {
    std::map<std::int64_t, std::vector<const offline::Envelope*>> by_destination;
    for (const auto& envelope : envelopes) {
        by_destination[envelope.destination].push_back(&envelope);
    }
    std::vector<std::int64_t> held;
    for (auto& [id, owed] : by_destination) {
        const auto found = known(id);
        if (!found) co_return found.error();
        Destination destination = (*found)->destination;
        auto some = co_await held_of(std::move(destination), std::move(owed));
        if (!some) co_return some.error();
        held.insert(held.end(), some->begin(), some->end());
    }
    co_return held;
}

// Of one unit. The stand-in answers with times and places, as the founding documents have it.
Async<Result<std::vector<std::int64_t>>> ServiceTitan::held_of(
    Destination destination, std::vector<const offline::Envelope*> envelopes) {
    struct Sent {
        std::int64_t sequence = 0;
        Ping ping;
    };
    std::map<Instant, Sent> sent;
    for (const offline::Envelope* envelope : envelopes) {
        handling(envelope);
        if (const auto ping = decode_ping(envelope->body)) {
            sent.emplace(ping->time, Sent{envelope->sequence, *ping});
        }
    }
    handling(nullptr);
    if (sent.empty()) co_return std::vector<std::int64_t>();
    std::string target = fmt::format(
        "/dispatch/v2/tenant/{}/gps-pings?technicianId={}&fromUtc={}&toUtc={}",
        http::percent_encode(destination.tenant), http::percent_encode(destination.unit_id),
        http::percent_encode(to_rfc3339(sent.begin()->first)),
        http::percent_encode(to_rfc3339(sent.rbegin()->first)));
    std::string nothing;
    auto response = co_await line_.send("GET", std::move(target), std::move(nothing));
    if (!response) co_return response.error();
    if (const auto error = why_not(line_, *response, destination)) {
        co_return line_.without_secrets(*error);
    }
    const auto pings = parse_read_back(response->body);
    if (!pings) {
        Error error = line_.not_the_contract(pings.error().detail);
        error.ambiguous = false;
        co_return line_.without_secrets(error);
    }
    // A receiver's clock may have been set back, and give a time twice: at another place.
    const auto same = [](std::optional<double> there, double here) {
        constexpr double tolerance_deg = 1e-6;
        return !there || std::abs(*there - here) < tolerance_deg;
    };
    std::vector<std::int64_t> held;
    for (const HeldPing& ping : *pings) {
        const auto found = sent.find(ping.time);
        if (found == sent.end() || !same(ping.latitude, found->second.ping.latitude) ||
            !same(ping.longitude, found->second.ping.longitude)) {
            continue;
        }
        held.push_back(found->second.sequence);
        sent.erase(found);
    }
    co_return held;
}

}  // namespace outrider::api
