#include "client/agent/traffic.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace outrider::agent {
namespace {

constexpr Duration hour = std::chrono::hours(1);
constexpr std::size_t overhead = 400;  // of TCP, TLS and HTTP for a request or an answer, about
constexpr double reserve = 0.02;       // of the month's budget, for what must go at its end

std::size_t size_of(const http::Request& request) {
    return overhead + request.target.size() + request.body.size();
}

class Governed final : public http::Client {
public:
    Governed(http::Client& client, Traffic& traffic) : client_(client), traffic_(traffic) {}
    Async<Result<http::Response>> send(http::Request request) override {
        Result<> admitted = traffic_.admit(size_of(request));
        if (!admitted) co_return admitted.error();
        Result<http::Response> response = co_await client_.send(std::move(request));
        traffic_.received(overhead + (response ? response->body.size() : 0));
        co_return response;
    }
    Async<Result<http::Response>> send(http::Request request, http::Sink sink) override {
        Result<> admitted = traffic_.admit(size_of(request));
        if (!admitted) co_return admitted.error();
        http::Sink counting = [this, &sink](std::string_view piece) {
            traffic_.received(piece.size());
            return sink(piece);
        };
        Result<http::Response> response =
            co_await client_.send(std::move(request), std::move(counting));
        co_return response;
    }

private:
    http::Client& client_;
    Traffic& traffic_;
};

}  // namespace

Traffic::Traffic(Clock& clock, TrafficLimits limits)
    : clock_(clock),
      limits_(limits),
      requests_{static_cast<double>(limits.requests_per_hour),
                static_cast<double>(limits.requests_per_hour)},
      bytes_{static_cast<double>(limits.bytes_per_hour),
             static_cast<double>(limits.bytes_per_hour)},
      refilled_(clock.uptime()) {}

void Traffic::Bucket::refill(Duration passed) {
    const double hours = static_cast<double>(passed.count()) / static_cast<double>(hour.count());
    left = std::min(most, left + most * hours);
}

std::optional<Duration> Traffic::Bucket::wait_for(double amount) const {
    const double missing = std::min(amount, most) - left;
    if (missing <= 0) return std::nullopt;
    return Duration(std::llround(std::ceil(missing / most * static_cast<double>(hour.count()))));
}

Result<> Traffic::admit(std::size_t bytes) {
    const Uptime now = clock_.uptime();
    requests_.refill(now - refilled_);
    bytes_.refill(now - refilled_);
    refilled_ = now;
    const auto cost = static_cast<double>(bytes);
    const auto wait = std::max(requests_.wait_for(1), bytes_.wait_for(cost));
    if (wait) {
        Error error(Fault::busy,
                    fmt::format("this device has had its {} requests or {} bytes of an hour: if "
                                "that is not a fault, raise limits.requests_per_hour or "
                                "limits.bytes_per_hour",
                                limits_.requests_per_hour, limits_.bytes_per_hour));
        error.wait = std::chrono::ceil<std::chrono::seconds>(*wait);
        return error;
    }
    requests_.left -= 1;
    bytes_.left -= cost;
    untaken_ += static_cast<std::int64_t>(bytes);
    each_ += (cost + overhead - each_) / 8;
    return {};
}

void Traffic::received(std::size_t bytes) {
    bytes_.left -= static_cast<double>(bytes);
    untaken_ += static_cast<std::int64_t>(bytes);
}

std::int64_t Traffic::take_bytes() { return std::exchange(untaken_, 0); }

Duration Traffic::interval(Duration normal, Instant now, std::int64_t used) const {
    using namespace std::chrono;
    if (limits_.bytes_per_month == 0) return normal;
    const year_month_day today(floor<days>(now));
    const Instant begin = sys_days(today.year() / today.month() / 1);
    const Instant end = sys_days((today.year() / today.month() + months(1)) / 1);
    const auto budget = static_cast<double>(limits_.bytes_per_month);
    const double gone =
        static_cast<double>((now - begin).count()) / static_cast<double>((end - begin).count());
    const auto spent = static_cast<double>(used);
    if (spent <= budget * gone) return normal;
    const double left = std::max(budget - spent, budget * reserve);
    const double each = static_cast<double>((end - now).count()) * each_ / left;
    return std::clamp(Duration(std::llround(std::min(each, 1e9))), normal, std::max(normal, hour));
}

std::string data_account(Instant now) { return "data:" + to_rfc3339(now).substr(0, 7); }

std::unique_ptr<http::Client> governed(http::Client& client, Traffic& traffic) {
    return std::make_unique<Governed>(client, traffic);
}

}  // namespace outrider::agent
