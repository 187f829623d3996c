#include "client/fleet/tally.hpp"

#include <algorithm>
#include <iterator>

namespace outrider::fleet {
namespace {

std::int64_t microseconds(Duration duration) {
    return std::chrono::duration_cast<std::chrono::microseconds>(duration).count();
}

}  // namespace

void Tally::handed(Instant planned, Uptime now) {
    const Duration late_by = behind(planned, now);
    ++reported;
    late_handed += late_by > late_after ? 1 : 0;
    handed_us.add(microseconds(late_by));
    handed_at.add(second(now), 1);
}

Figures Tally::figures() const {
    Figures figures;
    auto& counts = figures.counts;
    counts["captured"] = captured;
    counts["reported"] = reported;
    counts["accepted"] = accepted;
    counts["dead_letters"] = refused;
    counts["late"] = late;
    counts["late_handed"] = late_handed;
    counts["unmade"] = unmade;
    counts["requests"] = requests;
    counts["retries"] = retries;
    counts["doubtful"] = doubtful;
    figures.histograms["latency_us"] = latency_us;
    figures.histograms["late_us"] = late_us;
    figures.histograms["handed_us"] = handed_us;
    figures.histograms["batch"] = batch;
    figures.series["handed"] = handed_at;
    figures.series["pings"] = accepted_at;
    figures.series["late"] = late_at;
    figures.series["retries"] = retries_at;
    figures.series["doubtful"] = doubtful_at;
    figures.series["age_s"] = ages_s;
    figures.series["age_samples"] = age_samples;
    figures.peaks["age_s"] = oldest_s;
    return figures;
}

Async<Result<std::vector<api::Answer>>> Meter::deliver(
    std::span<const offline::Envelope> envelopes) {
    const Uptime asked = clock_.uptime();
    ++tally_.requests;
    tally_.batch.add(static_cast<std::int64_t>(envelopes.size()));
    auto answers = co_await uplink_.deliver(envelopes);
    const Uptime now = clock_.uptime();
    if (answers) {
        tally_.latency_us.add(microseconds(now - asked));
        count(envelopes, *answers);
        co_return answers;
    }
    if (answers.error().fault == Fault::cancelled) co_return answers;
    ++tally_.retries;
    tally_.retries_at.add(tally_.second(now), 1);
    if (answers.error().ambiguous) {
        tally_.doubtful += std::ssize(envelopes);
        tally_.doubtful_at.add(tally_.second(now), std::ssize(envelopes));
    }
    co_return answers;
}

// Both are ascending.
void Meter::count(std::span<const offline::Envelope> envelopes,
                  const std::vector<api::Answer>& answers) {
    const Uptime now = clock_.uptime();
    std::int64_t accepted = 0, late = 0;
    auto envelope = envelopes.begin();
    for (const api::Answer& answer : answers) {
        envelope = std::lower_bound(envelope, envelopes.end(), answer.sequence,
                                    [](const offline::Envelope& one, std::int64_t sequence) {
                                        return one.sequence < sequence;
                                    });
        if (envelope == envelopes.end()) break;
        if (envelope->sequence != answer.sequence || !answer.accepted) continue;
        const Duration late_by = tally_.behind(envelope->written, now);
        tally_.late_us.add(microseconds(late_by));
        late += late_by > late_after ? 1 : 0;
        ++accepted;
        accepted_(*envelope);
    }
    tally_.accepted += accepted;
    tally_.late += late;
    tally_.accepted_at.add(tally_.second(now), accepted);
    if (late > 0) tally_.late_at.add(tally_.second(now), late);
}

}  // namespace outrider::fleet
