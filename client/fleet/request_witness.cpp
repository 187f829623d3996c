#include "client/fleet/request_witness.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <string_view>
#include <utility>

namespace outrider::fleet {
namespace {

constexpr std::size_t most_in_a_minute = 200;
constexpr std::array<std::string_view, 3> names = {"pings", "tokens", "the day"};

}  // namespace

RequestWitness::Kind RequestWitness::kind_of(const http::Request& request) {
    if (request.target.find("gps-pings") != std::string::npos) return Kind::pings;
    return request.target == "/connect/token" ? Kind::token : Kind::desk;
}

void RequestWitness::complain(std::string words) {
    if (complaint_.empty()) complaint_ = std::move(words);
}

void RequestWitness::leaves(Kind kind) {
    const Uptime now = clock_.uptime();
    newest_.push_back(now);
    if (newest_.size() > most_in_a_minute) {
        if (now - newest_.front() < std::chrono::minutes(1)) {
            complain(fmt::format("{} requests in {} s", newest_.size(),
                                 (now - newest_.front()) / std::chrono::seconds(1)));
        }
        newest_.pop_front();
    }
    const auto index = static_cast<std::size_t>(kind);
    if (now >= not_before_.at(index)) return;
    complain(fmt::format("a request about {} left {} ms before the office wanted one",
                         names.at(index), (not_before_.at(index) - now).count()));
}

void RequestWitness::answered(Kind kind, const http::Response& response) {
    if (response.status != 429 && response.status != 503) return;
    const std::string_view after = response.headers.get("Retry-After");
    std::int64_t seconds = 0;
    const auto read = std::from_chars(after.data(), after.data() + after.size(), seconds);
    if (after.empty() || read.ec != std::errc()) return;
    Uptime& not_before = not_before_.at(static_cast<std::size_t>(kind));
    not_before = std::max(not_before, clock_.uptime() + std::chrono::seconds(seconds));
}

}  // namespace outrider::fleet
