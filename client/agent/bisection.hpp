#pragma once
// The office refuses a whole batch for one bad record in it: this finds that record, by halves.

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace outrider::agent {

// A record that was refused by itself, or was left over when all others of a batch were taken which
// had been refused twice over.
struct Culprit {
    std::int64_t sequence = 0;
    std::string words;  // the office's
};

// A batch of B records with one bad one costs at most ceil(log2 B) + 1 requests, the first refusal
// included. Nobody is condemned while the office takes nothing at all: that is no bad record but a
// bad configuration.
class Bisection {
public:
    // The office took none of these because of at least one of them.
    void refused(std::span<const std::int64_t> batch, std::string words);
    void accepted(std::span<const std::int64_t> batch);
    void gone(std::span<const std::int64_t> batch);  // expired or discarded meanwhile
    // So much time has passed that the office, or its settings, may be another: what was found so
    // far counts for nothing once it takes anything. Who is on hold is heard again then.
    void waited() { stale_ = !idle(); }
    // There is nothing else to send: who is on hold is heard again now.
    void hear_again();

    // What to send next, by itself; empty: ordinary batches, but without those on hold.
    std::vector<std::int64_t> next() const;
    bool on_hold(std::int64_t sequence) const;
    std::size_t on_hold() const { return held_.size() + again_.size(); }
    // Refused alone, and still nothing was taken: the office seems to refuse everything.
    bool hopeless() const { return !proof_ && !held_.empty(); }
    bool idle() const { return suspects_.empty() && again_.empty() && held_.empty(); }
    // Those who are guilty beyond doubt; each is told once.
    std::vector<Culprit> condemned();

private:
    std::vector<std::int64_t> suspects_;  // ascending; at least one of them is bad if certain_
    std::vector<std::int64_t> again_;     // to be heard again, one by one
    std::string words_;                   // of the smallest refused batch they come from
    std::vector<Culprit> held_;
    // Part of the batch was refused, too: the first refusal was not just a bad moment.
    bool certain_ = false;
    bool proof_ = false;  // something was taken since the first refusal
    bool stale_ = false;
};

}  // namespace outrider::agent
