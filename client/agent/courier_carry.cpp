// One load: what it is, taking it to the office, and what its answer means.

#include "client/agent/courier.hpp"

#include "platform/log.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace outrider::agent {

using offline::Lane;

namespace {

// Whole requests refused in a row before the office is left in peace: one and the search for the
// bad record in it, and one without that record.
constexpr int patience = 12;
constexpr std::size_t asked_at_once = 500;
constexpr std::string_view acknowledged = "newest_acknowledged_ms";
constexpr std::string_view ambiguous = "attempts_ambiguous";

std::vector<std::int64_t> sequences_of(std::span<const offline::Envelope> envelopes) {
    std::vector<std::int64_t> sequences;
    for (const auto& envelope : envelopes) sequences.push_back(envelope.sequence);
    return sequences;
}

// Somebody has deleted records by hand: asking again at once would not bring them back.
Error missing(std::int64_t owed) {
    return {Fault::storage, fmt::format("{} records that should wait are not there: see `outrider "
                                        "audit --verify`",
                                        owed)};
}

}  // namespace

Result<Courier::Load> Courier::next_load() {
    auto load = probe();
    if (!load || !load->envelopes.empty()) return load;
    load = backlog();
    const bool others_on_hold = load && load->envelopes.empty() && bisection_.on_hold() > 0;
    if (!others_on_hold) return load;
    bisection_.hear_again();
    return probe();
}

// What the search for a bad record asks for.
Result<Courier::Load> Courier::probe() {
    for (;;) {
        const std::vector<std::int64_t> wanted = bisection_.next();
        if (wanted.empty()) return Load{};
        const auto span = static_cast<std::size_t>(wanted.back() - wanted.front() + 1);
        auto found = store_.outbox().from(Lane::pings, wanted.front(), span);
        if (!found) return found.error();
        std::erase_if(*found, [&](const offline::Envelope& envelope) {
            return !std::ranges::binary_search(wanted, envelope.sequence);
        });
        if (!found->empty()) return Load{Lane::pings, std::move(*found)};
        bisection_.gone(wanted);
    }
}

// The oldest pings and, while more are waiting than one request takes, the newest one behind them:
// so that the office's map is at "now" after every request of a long drain.
Result<Courier::Load> Courier::backlog() {
    const auto together = [this](std::int64_t destination, std::int64_t other) {
        return uplink_.together(destination, other);
    };
    auto oldest = store_.outbox().oldest(Lane::pings, batch_ + bisection_.on_hold(), together);
    if (!oldest) return oldest.error();
    const auto held = [&](const offline::Envelope& envelope) {
        return bisection_.on_hold(envelope.sequence);
    };
    std::erase_if(*oldest, held);
    Load load{Lane::pings, std::move(*oldest)};
    auto& envelopes = load.envelopes;
    if (envelopes.empty()) return load;
    const std::size_t room = sync_.max_batch_bytes;
    envelopes.resize(std::max<std::size_t>(1, fitting(envelopes, batch_, room)));
    // A short queue keeps its order, whatever stands in it.
    const std::size_t alike = room / uplink_.most_bytes(envelopes.front().destination);
    const auto takes = static_cast<std::int64_t>(std::min(batch_, alike));
    if (takes < 2 || store_.outbox().size(Lane::pings) <= takes) return load;
    auto newest = store_.outbox().newest(Lane::pings);
    if (!newest) return newest.error();
    if (!*newest || held(**newest) || (*newest)->sequence <= envelopes.back().sequence ||
        !uplink_.together(envelopes.front().destination, (*newest)->destination)) {
        return load;
    }
    const std::size_t its = std::min(room, uplink_.most_bytes((*newest)->destination));
    const std::size_t beside_it = fitting(envelopes, batch_ - 1, room - its);
    if (beside_it == 0) return load;
    envelopes.resize(beside_it);
    envelopes.push_back(std::move(**newest));
    return load;
}

// How many of the first ones are at most so many and take at most so many bytes.
std::size_t Courier::fitting(std::span<const offline::Envelope> envelopes, std::size_t most,
                             std::size_t bytes) {
    std::size_t count = 0;
    for (; count < std::min(most, envelopes.size()); ++count) {
        const std::size_t its = uplink_.most_bytes(envelopes[count].destination);
        if (its > bytes) break;
        bytes -= its;
    }
    return count;
}

// Takes one load to the office and writes down what it said.
Async<Result<>> Courier::carry() {
    answered_ = false;
    if (unsettled_) {
        const auto again = std::move(*unsettled_);
        unsettled_.reset();
        Result<> written = write_down(again.first, again.second);
        if (!written) co_return written.error();
    }
    Result<> asked = co_await read_back();
    if (!asked) co_return asked.error();
    if (refusals_ > patience) bisection_.waited();
    Result<Load> load = next_load();
    if (!load) co_return load.error();
    if (load->envelopes.empty()) {
        const auto owed = store_.outbox().size(Lane::pings);
        if (owed > 0) co_return missing(owed);
        due_.reset();
        co_return Result<>();
    }
    state_ = State::sending;
    Result<std::vector<api::Answer>> answers = co_await uplink_.deliver(load->envelopes);
    answered_ = answers.has_value();
    if (answers) co_return settle(*load, *answers);
    const Error error = answers.error();
    if (error.ambiguous) {
        store_.ledger().count(ambiguous);
        if (uplink_.reads_back()) doubtful_ = *load;
    }
    if (error.fault == Fault::refused && load->lane == Lane::pings) {
        co_return refused(*load, error);
    }
    co_return error;
}

// Before anything is sent again: what does the office hold of what it may have got?
Async<Result<>> Courier::read_back() {
    for (;;) {
        if (!doubtful_ && ask_from_ < ask_to_) {
            auto left = store_.outbox().from(Lane::pings, ask_from_ + 1, asked_at_once);
            if (!left) co_return left.error();
            const auto other = std::ranges::find_if(*left, [&](const auto& envelope) {
                return envelope.sequence > ask_to_ ||
                       !uplink_.together(left->front().destination, envelope.destination);
            });
            left->erase(other, left->end());
            if (left->empty()) ask_from_ = ask_to_;
            if (!left->empty()) doubtful_ = Load{Lane::pings, std::move(*left)};
        }
        if (!doubtful_) co_return Result<>();
        Result<std::vector<std::int64_t>> held = co_await uplink_.held(doubtful_->envelopes);
        if (!held) co_return held.error();
        const Load asked = std::move(*doubtful_);
        doubtful_.reset();
        if (ask_from_ < ask_to_ && asked.lane == Lane::pings) {
            ask_from_ = std::max(ask_from_, asked.envelopes.back().sequence);
        }
        if (held->empty()) continue;
        std::vector<api::Answer> answers;
        for (const std::int64_t sequence : *held) {
            api::Answer answer;
            answer.sequence = sequence;
            answer.accepted = true;
            answers.push_back(std::move(answer));
        }
        log(Level::info, fmt::format("courier: {} of {} {} of unknown fate are at the office",
                                     answers.size(), asked.envelopes.size(), name(asked.lane)));
        Result<> written = write_down(asked, answers);
        if (!written) co_return written;
    }
}

Result<> Courier::settle(const Load& load, const std::vector<api::Answer>& answers) {
    // An office that fails every single ping speaks of us, not of them ...
    const bool none = !answers.empty() && std::ranges::none_of(answers, &api::Answer::accepted);
    const bool sent = !std::ranges::all_of(answers, &api::Answer::unsent);
    if (load.lane == Lane::pings && none && sent) return failed_all(load, answers);
    if (auto written = write_down(load, answers); !written) return written;
    tell_of_refused(load, answers);
    if (load.lane == Lane::pings && !sent) {
        bisection_.gone(sequences_of(load.envelopes));
    } else if (load.lane == Lane::pings) {
        refusals_ = 0;
        bisection_.accepted(sequences_of(load.envelopes));
        if (auto buried = bury_condemned(); !buried) return buried;
    }
    // What it did not mention is owed still, but not at once: it may never learn to.
    if (answers.size() < load.envelopes.size()) {
        Error error(Fault::malformed, fmt::format("the office answered for {} of {} pings",
                                                  answers.size(), load.envelopes.size()));
        error.ambiguous = true;
        return error;
    }
    return {};
}

// A line for each batch at most: the dead letters keep every word.
void Courier::tell_of_refused(const Load& load, const std::vector<api::Answer>& answers) {
    const auto refused = std::ranges::count(answers, false, &api::Answer::accepted);
    if (refused == 0 || !refusals_told_.due(clock_.uptime())) return;
    const auto first = std::ranges::find(answers, false, &api::Answer::accepted);
    log(Level::warning,
        fmt::format(
            "courier: the office refused {} of {} {}, {} first: {} (see `outrider queue dead ls`)",
            refused, answers.size(), name(load.lane), first->sequence, first->words));
}

Result<> Courier::failed_all(const Load& load, const std::vector<api::Answer>& answers) {
    // ... but what cannot be sent at all is no matter of the office's.
    std::vector<api::Answer> unsent;
    std::ranges::copy_if(answers, std::back_inserter(unsent), &api::Answer::unsent);
    if (!unsent.empty()) {
        if (auto written = write_down(load, unsent); !written) return written;
    }
    const std::string& words = std::ranges::find(answers, false, &api::Answer::unsent)->words;
    // A suspect speaks for itself, or the search would send it again for ever.
    if (!bisection_.next().empty()) return refused(load, Error(Fault::refused, words));
    refusals_ = patience + 1;
    batch_ = static_cast<std::size_t>(sync_.max_batch_size);  // a good one may be among more
    return Error(Fault::refused,
                 fmt::format("the office fails every ping: {}: is unit.id in the provider's "
                             "device list?",
                             words));
}

Result<> Courier::write_down(const Load& load, const std::vector<api::Answer>& answers) {
    const Instant now = clock_.now();
    const auto before = store_.ledger().balance(acknowledged);
    auto newest = before;
    std::vector<std::int64_t> accepted;
    for (const auto& answer : answers) {
        if (!answer.accepted) continue;
        accepted.push_back(answer.sequence);
        const auto envelope = std::ranges::lower_bound(load.envelopes, answer.sequence, {},
                                                       &offline::Envelope::sequence);
        const bool known =
            envelope != load.envelopes.end() && envelope->sequence == answer.sequence;
        if (load.lane != Lane::pings || !known) continue;
        if (auto ping = api::decode_ping(envelope->body)) {
            newest = std::max(newest, ping->time.time_since_epoch().count());
        }
    }
    Result<> settled = store_.commit(now, [&]() -> Result<> {
        if (auto gone = store_.outbox().deliver(load.lane, accepted, now); !gone) return gone;
        for (const auto& answer : answers) {
            if (answer.accepted) continue;
            auto buried = store_.outbox().bury(load.lane, answer.sequence, answer.words, now);
            if (!buried) return buried;
        }
        if (newest > before) store_.ledger().count(acknowledged, newest - before);
        return {};
    });
    if (!settled) unsettled_.emplace(load, answers);
    return settled;
}

Result<> Courier::bury_condemned() {
    const std::vector<Culprit> condemned = bisection_.condemned();
    if (condemned.empty()) return {};
    const Instant now = clock_.now();
    for (const Culprit& culprit : condemned) {
        log(Level::warning, fmt::format("courier: the office refuses whole batches for ping {}: {}",
                                        culprit.sequence, culprit.words));
    }
    return store_.commit(now, [&]() -> Result<> {
        for (const auto& [sequence, words] : condemned) {
            auto buried = store_.outbox().bury(Lane::pings, sequence, words, now);
            if (!buried) return buried;
        }
        return {};
    });
}

// The whole request was refused: for one record in it, or for what we are. The search goes on at
// once until it is plain that the office takes nothing at all.
Result<> Courier::refused(const Load& load, const Error& error) {
    bisection_.refused(sequences_of(load.envelopes), error.detail);
    if (auto buried = bury_condemned(); !buried) return buried;
    const auto on_hold = static_cast<std::int64_t>(bisection_.on_hold());
    const bool others = store_.outbox().size(Lane::pings) > on_hold;
    if (++refusals_ <= patience && others) return {};
    refusals_ = patience + 1;
    return error;
}

}  // namespace outrider::agent
