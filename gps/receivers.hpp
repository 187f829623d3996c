#pragma once
// Which receiver to believe when several report: mixing them makes zigzags.

#include "gps/sieve.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace outrider::gps {

// The fixes of each go through a sieve of their own, so that another receiver has settled by the
// time it is needed. It takes over when the one in use falls silent, and when it is better for a
// while: by mode, then by satellites, then by accuracy.
class Receivers {
public:
    static constexpr std::size_t most = 4;  // at a time: one more is not listened to

    explicit Receivers(SieveSettings);
    // As a Sieve, whose promises hold for the fixes of all of them together.
    void add(const Fix&, Instant wall, std::vector<Fix>& believed, std::vector<Judged>& rejected);
    void finish(std::vector<Fix>& believed, std::vector<Judged>& rejected);

private:
    struct Receiver {
        Receiver(Device path, const SieveSettings& settings)
            : device(std::move(path)), sieve(settings) {}

        Device device;
        Sieve sieve;
        Uptime heard{};  // any report
        // The newest fix that its sieve believed.
        Mode mode = Mode::unknown;
        std::optional<int> satellites;
        std::optional<double> accuracy_m;
        Uptime believed{};
        Duration pause{};                    // before it
        std::optional<Uptime> better_since;  // than the one in use
    };
    static constexpr std::size_t none = most;

    std::size_t find(const Fix&, std::vector<Fix>& believed, std::vector<Judged>& rejected);
    void pass(std::size_t index, Uptime now, std::vector<Fix>& believed,
              std::vector<Judged>& rejected);
    static void note(Receiver&, const Fix&);
    bool takes_over(Receiver&, Uptime now) const;
    Duration patience() const;
    void use(std::size_t index);
    Judgement judgement(Uptime now) const;

    SieveSettings settings_;
    std::vector<Receiver> receivers_;
    std::size_t in_use_ = none, told_by_ = none;
    std::optional<Instant> told_;  // the newest of the believed times
    Uptime told_seen_{};           // and when it reached us
    std::vector<Fix> passed_;      // by one sieve
};

}  // namespace outrider::gps
