#pragma once
// Whether anything may be kept of where the technician is now: decided for each fix before it
// reaches a file, the log or anybody who listens.

#include "gps/fix.hpp"
#include "offline/store.hpp"
#include "platform/clock.hpp"
#include "platform/result.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace outrider::agent {

// When more than one speaks against it, the last of them is told.
enum class Keeping : std::uint8_t { yes, off_shift, private_zone, private_mode };
std::string_view name(Keeping);  // "kept", "off shift", "private zone", "private mode"

// When a technician's way is kept at all. Without a technician nobody has a shift: always.
enum class Window : std::uint8_t { always, on_duty };

struct PrivateZone {
    std::string name;
    double latitude = 0, longitude = 0;
    double radius_m = 0;
};

struct PrivacySettings {
    static constexpr std::size_t most_zones = 50;
    Window track = Window::on_duty;
    std::vector<PrivateZone> zones;
};

// In which zone the vehicle is. One fix that may lie inside is enough to be there; to be outside it
// takes some in a row that surely do not: neither a border nor a jump lets a place slip out. At the
// start it is not known, which is as good as inside.
class ZoneWatch {
public:
    explicit ZoneWatch(std::vector<PrivateZone> zones)
        : zones_(std::move(zones)), inside_(!zones_.empty()) {}
    bool inside(const gps::Fix&);  // after this fix
    bool inside() const { return inside_; }
    const std::string& zone() const { return zone_; }  // its name; "" outside, or not known
    const std::vector<PrivateZone>& zones() const { return zones_; }

private:
    std::vector<PrivateZone> zones_;
    bool inside_;
    std::string zone_;
    int outside_ = 0;  // in a row
};

class Privacy {
public:
    // By hand, restarts included.
    struct Mode {
        Instant since{};
        std::optional<Instant> until;  // nothing: until it is ended by hand
        std::int64_t by = 0;           // whose uid
    };

    // Everything given outlives it. A page that cannot be read means private mode.
    // `boot`: see boot_id.
    static Result<Privacy> open(offline::Store&, Clock&, const PrivacySettings&,
                                std::string boot = {});

    // Whether the technician is on duty now; always when nobody tells.
    void duty_by(std::function<bool()> on_duty) { on_duty_ = std::move(on_duty); }

    Keeping judge(const gps::Fix&);  // of this fix; remembers nothing but the zone's name
    Keeping now();                   // of the next one, if the vehicle stays where it is

    // Private mode is on when this returns, even if the disk did not take it: then until a restart.
    Result<> begin(std::optional<Duration> length, std::int64_t by);
    Result<> end();
    const std::optional<Mode>& mode();  // nothing: off
    // Now GPS tells what the clock says. Until then a mode of another boot holds for its whole
    // length once more: nobody knows how long ago it began. One begun without GPS does so in any
    // case, for what it says of its end may be years off.
    void time_is_known();
    const ZoneWatch& zones() const { return zones_; }
    Window window() const { return window_; }
    // Since when it has been as now() says; the program's start at the earliest.
    Instant since() const { return since_; }

private:
    Privacy(offline::Store& store, Clock& clock, const PrivacySettings& settings, std::string boot)
        : store_(&store),
          clock_(&clock),
          boot_(std::move(boot)),
          window_(settings.track),
          zones_(settings.zones),
          since_(clock.now()) {}
    Result<> load();
    Result<> keep(const std::optional<Mode>&);
    void keep_if_may_be();
    static Duration length(const Mode&);  // of one that ends

    offline::Store* store_;
    Clock* clock_;
    std::string boot_;
    Window window_;
    ZoneWatch zones_;
    std::function<bool()> on_duty_;
    std::optional<Mode> mode_;
    std::optional<Uptime> mode_over_;  // by the clock that nobody sets
    bool by_gps_ = false;              // the mode's times
    bool guessed_ = false;             // mode_over_: the mode is of another boot
    bool time_known_ = false;
    std::optional<Keeping> last_;
    Instant since_;
};

}  // namespace outrider::agent
