#include "client/agent/bisection.hpp"

#include <algorithm>
#include <utility>

namespace outrider::agent {

void Bisection::refused(std::span<const std::int64_t> batch, std::string words) {
    if (idle()) proof_ = false;
    certain_ = !suspects_.empty();
    words_ = std::move(words);
    if (batch.size() > 1) {
        suspects_.assign(batch.begin(), batch.end());
        return;
    }
    std::erase(again_, batch.front());
    suspects_.clear();
    held_.push_back({batch.front(), words_});
}

void Bisection::accepted(std::span<const std::int64_t> batch) {
    if (idle()) return;
    proof_ = true;
    const auto taken = [&](std::int64_t sequence) {
        return std::find(batch.begin(), batch.end(), sequence) != batch.end();
    };
    std::erase_if(again_, taken);
    if (std::exchange(stale_, false)) {
        suspects_.clear();
        return hear_again();
    }
    if (std::erase_if(suspects_, taken) > 0 && suspects_.size() == 1 && certain_) {
        held_.push_back({suspects_.front(), words_});
        suspects_.clear();
    }
}

void Bisection::gone(std::span<const std::int64_t> batch) {
    const auto left = [&](std::int64_t sequence) {
        return std::find(batch.begin(), batch.end(), sequence) != batch.end();
    };
    std::erase_if(again_, left);
    std::erase_if(suspects_, left);
}

void Bisection::hear_again() {
    for (const Culprit& culprit : held_) again_.push_back(culprit.sequence);
    held_.clear();
}

std::vector<std::int64_t> Bisection::next() const {
    if (suspects_.empty()) return {again_.begin(), again_.begin() + (again_.empty() ? 0 : 1)};
    // While it is not certain, "none of them" is one more answer to be found.
    const std::size_t answers = suspects_.size() + (certain_ ? 0 : 1);
    const auto half = static_cast<std::ptrdiff_t>((answers + 1) / 2);
    return {suspects_.begin(), suspects_.begin() + half};
}

bool Bisection::on_hold(std::int64_t sequence) const {
    const auto held = [&](const Culprit& culprit) { return culprit.sequence == sequence; };
    return std::any_of(held_.begin(), held_.end(), held) ||
           std::find(again_.begin(), again_.end(), sequence) != again_.end();
}

std::vector<Culprit> Bisection::condemned() {
    if (!proof_ || !suspects_.empty() || !again_.empty()) return {};
    return std::exchange(held_, {});
}

}  // namespace outrider::agent
