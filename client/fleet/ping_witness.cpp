#include "client/fleet/ping_witness.hpp"

#include <utility>

namespace outrider::fleet {

PingWitness::PingWitness(const Clock& truth, PingRules rules)
    : rules_(std::move(rules)), clock_(truth) {}

void PingWitness::complain(std::string words) {
    if (complaint_.empty()) complaint_ = std::move(words);
}

void PingWitness::reported(const gps::Fix&, bool) { ++counts_.fixes; }
PingWitness::Attempt PingWitness::leaves(std::string_view) { return leaves_.size(); }
void PingWitness::answered(Attempt, int, std::string_view, Reached) {}
void PingWitness::lost(Attempt, Reached) {}
void PingWitness::crashed() { ++counts_.crashes; }
void PingWitness::stopped() {}
void PingWitness::disk_refuses(bool) {}
void PingWitness::disk_replaced() {}
void PingWitness::look_at(offline::Store&) {}
void PingWitness::look_back(offline::Store&, office::Archive&) {}

}  // namespace outrider::fleet
