#pragma once
// One device's network in memory: what it sends arrives at the office, or does not, and so with
// the answer.

#include "client/fleet/chance.hpp"
#include "client/fleet/histogram.hpp"
#include "client/fleet/ping_witness.hpp"
#include "client/office/reception.hpp"
#include "platform/clock.hpp"
#include "platform/http.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

namespace outrider::fleet {

enum class Weather : std::uint8_t {
    clear,
    no_signal,
    request_lost,
    answer_lost,
    reset,    // the office has acted, and the connection breaks
    slow,     // some answers come too late, and some requests when nobody waits any more
    cut_off,  // the answer's second half is missing
    portal,   // somebody else's page answers
    patchy,   // each of these by turns
};
inline constexpr std::uint64_t weathers = 8;  // but for a clear one
std::string_view name(Weather);

class Wire final : public http::Client {
public:
    static constexpr Duration patience{30'000};  // of the device for an answer

    // Both outlive it.
    Wire(office::Reception&, Clock& truth, std::uint64_t seed);
    Async<Result<http::Response>> send(http::Request) override;
    Async<Result<http::Response>> send(http::Request, http::Sink) override;

    Weather weather = Weather::clear;
    // Told of each request, by its number: when it leaves the device; when the office has acted on
    // it; and in the end, with the answer that the device has read, or null.
    using Number = std::int64_t;
    std::function<void(Number, const http::Request&)> leaves;
    std::function<void(const http::Request&, const http::Response&)> acted;
    std::function<void(Number, Reached, const http::Response*)> ended;
    // Does something later, whoever waits for it.
    std::function<void(Duration, std::function<void()>)> later;
    std::int64_t requests() const { return requests_; }
    const Histogram& latency_us() const { return latency_us_; }  // of answers
    const std::vector<Instant>& failures() const { return failures_; }

private:
    Weather now();
    Duration way(Weather);
    struct Acted {
        http::Response response;
        Reached reached = Reached::no;
    };
    Acted act(const http::Request&);
    Error lose(Number, Reached, const char* what, bool ambiguous);

    office::Reception& reception_;
    Clock& truth_;
    std::unique_ptr<Alarm> alarm_;
    Chance chance_;
    std::int64_t requests_ = 0;
    Histogram latency_us_;
    std::vector<Instant> failures_;
};

}  // namespace outrider::fleet
