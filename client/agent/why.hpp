#pragma once
// What became of a fix, in a sentence: from the journal, the outbox and the coverage.

#include "client/agent/coverage.hpp"
#include "client/api/local_why.hpp"
#include "gps/fix.hpp"
#include "offline/store.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace outrider::agent {

class Explainer {
public:
    struct Present {
        Instant now{};
        std::chrono::days keep{};        // of the journal
        std::optional<gps::Fix> newest;  // believed: its verdict may not be certain yet
    };
    Explainer(offline::Store& store, const Coverage& coverage, Present present)
        : store_(store), coverage_(coverage), present_(std::move(present)) {}

    // Of the fixes in [from, to), or of the moment when both are the same.
    Result<api::Why> of_time(Instant from, Instant to);
    // By its external id or its sequence. Fault::malformed for what is neither.
    Result<api::Why> of_ping(std::string_view id);

private:
    using Point = api::TrackPoint;
    Result<std::int64_t> sequence_of(std::string_view id) const;
    Result<api::Why::Ping> ping(std::int64_t sequence);
    Result<> tell(api::Why&, std::span<const Point> track, std::size_t chosen, std::string before);
    void list(api::Why&, std::span<const Point> track, std::size_t begin, std::size_t end,
              Instant from, Instant to) const;
    std::string account(std::span<const Point> track, std::size_t chosen) const;
    void tell_of_nothing(api::Why&, std::span<const Point> track, Instant from,
                         const std::string& nearest) const;
    std::string fate_of(const api::Why::Ping&) const;
    std::string clock(Instant) const;

    offline::Store& store_;
    const Coverage& coverage_;
    Present present_;
};

}  // namespace outrider::agent
