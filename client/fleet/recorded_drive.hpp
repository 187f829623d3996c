#pragma once
// A drive that somebody recorded, moved to other places and times: real stops, real errors.

#include "client/fleet/sky.hpp"
#include "gps/fix.hpp"
#include "gps/recording.hpp"
#include "platform/result.hpp"

#include <memory>
#include <optional>
#include <vector>

namespace outrider::fleet {

class RecordedDrive {
public:
    static constexpr Duration shortest = std::chrono::minutes(1);
    static constexpr double farthest_m = 100'000;  // from its beginning

    struct Report {
        Duration at{};  // since the first
        Place place;    // from the first
        std::optional<double> speed_mps, track_deg, accuracy_m;
        std::optional<int> satellites;
        gps::Mode mode = gps::Mode::none;
    };

    // Fault::malformed when it is too short for that, too_large when it goes too far.
    static Result<std::shared_ptr<const RecordedDrive>> from(gps::Recording);

    const std::vector<Report>& reports() const { return reports_; }  // with a place

private:
    std::vector<Report> reports_;
};

// One van on that drive: turned, perhaps mirrored, from anywhere on it, there and back for ever.
class Retrace {
public:
    Retrace(std::shared_ptr<const RecordedDrive>, std::uint64_t seed, Place home);
    void pass(double seconds);
    Place place() const;
    double speed_mps() const { return now().speed_mps.value_or(0); }
    gps::Fix observe(const Chart&) const;

private:
    using Report = RecordedDrive::Report;
    const Report& now() const { return drive_->reports()[index_]; }

    std::shared_ptr<const RecordedDrive> drive_;
    Place home_;
    double turned_deg_, sine_, cosine_;
    double passed_s_ = 0;
    std::size_t index_ = 0;
    bool mirrored_, back_ = false;
};

}  // namespace outrider::fleet
