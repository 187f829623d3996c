#pragma once
// One technician of a crew with all that is theirs: van, device, disk, network, and the witnesses
// of what becomes of their taps and pings.

#include "client/fleet/device.hpp"
#include "client/fleet/ping_witness.hpp"
#include "client/fleet/plan.hpp"
#include "client/fleet/premises.hpp"
#include "client/fleet/request_witness.hpp"
#include "client/fleet/sketch.hpp"
#include "client/fleet/tap_witness.hpp"
#include "client/fleet/technician.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace outrider::fleet {

class Seat final : private Screen {
public:
    struct Scene {  // what it shares with the crew; all of it outlives the seat
        const DayPlan& plan;
        Instant day;
        SimulatedClock& truth;
        Premises& premises;
        // Told in words what happens. Nobody may be listening.
        std::function<void(const std::string&)> say;
        std::function<void()> office_acted;
        // Does something later, unless all has got well by then.
        std::function<void(Duration, std::function<void()>)> later;
    };
    Seat(const Scene&, std::size_t number);
    ~Seat() override;  // nobody works any more

    Async<> work() { return person_.work(); }

    // What becomes of the device. It starts if the disk lets it.
    void start();
    void stop_in_order();
    void kill();       // the process only
    void cut_power();  // the disk loses what was not synced, and uptimes count anew
    void kill_in_writing(std::int64_t changes_from_now);
    void cut_power_in_writing(std::int64_t operations_from_now);
    void fill_disk();
    void mend();                        // the disk has room, and no end is to come
    void set_clock(Duration wrong_by);  // the device's own
    bool runs() const { return device_ != nullptr; }
    bool something_waits() const;                  // for the office, longer than for company
    bool may_end() const { return end_planned_; }  // at any moment
    void end_if_it_has();                          // so, in the midst of writing
    void change_weather(Weather);

    void office_has_acted() { taps_.office_has_acted(); }
    // What the witnesses make of it now, and of the whole when all is well again.
    void look_at_it();
    void look_back(bool undisturbed);
    const std::string& complaint() const;

    dispatch::Id id() const { return id_; }
    const TapCounts& taps() const { return taps_.counts; }
    const PingCounts& pings() const { return pings_.counts(); }
    const Wire& wire() const { return wire_; }
    std::int64_t waiting() const;  // pings
    const Sketch& sketch() const { return sketch_; }

private:
    std::optional<api::DayView> look() override;
    Answer tap(dispatch::Verb, dispatch::Id) override;
    void stop();
    void forget_plans();
    bool writes() const { return disk_.has_power() && !killed_; }
    void listen();
    void leaves(Wire::Number, const http::Request&);
    void acted(const http::Request&, const http::Response&);
    void ended(Wire::Number, Reached, const http::Response*);
    void heard_standing(const http::Response&);
    bool may_be_kept() const;
    void look_at_pings();
    void look_at_work();
    Truth truth(const Place&) const;

    Scene scene_;
    dispatch::Id id_;
    std::uint64_t seed_;
    agent::Settings settings_;
    DeviceClock clock_;
    offline::PowercutDisk disk_;
    Dice disk_dice_;
    Van van_;
    Wire wire_;
    TapWitness taps_;
    PingWitness pings_;
    RequestWitness requests_;
    std::vector<ReceiverFault> faults_;
    std::unique_ptr<Device> device_;
    Technician person_;
    struct Underway {
        RequestWitness::Kind kind{};
        bool standing = false;  // the office is asked whether they are checked in
        std::string action;     // its name, when it tells of one
        std::optional<PingWitness::Attempt> pings;
    };
    std::map<Wire::Number, Underway> under_way_;
    bool end_planned_ = false;
    bool killed_ = false;  // and its disk knows already
    bool disk_refuses_ = false;
    bool on_duty_ = false;       // the office said so last to the device
    bool was_on_duty_ = false;   // before that, and the disk may have it so still
    bool may_think_so_ = false;  // since it started, until it hears again
    bool other_clock_ = false;   // than that which the office's word is dated by
    std::int64_t starts_ = 0, heard_in_ = 0, boots_ = 0;
    std::string complaint_;  // of the seat itself
    Sketch sketch_;
};

}  // namespace outrider::fleet
