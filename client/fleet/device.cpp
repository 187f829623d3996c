#include "client/fleet/device.hpp"

#include "client/fleet/premises.hpp"

#include <chrono>
#include <utility>

namespace outrider::fleet {
namespace {

const std::string& file() {
    static const std::string path = "/outrider.db";
    return path;
}

}  // namespace

agent::Settings device_settings(dispatch::Id technician) {
    agent::Settings settings;
    settings.destination.origin = {false, "127.0.0.1", 8088};
    settings.destination.tenant = "1000001";
    settings.destination.gps_provider = "outrider";
    settings.destination.unit_id = settings.destination.unit_name = unit_of(technician);
    settings.auth = settings.destination.origin;
    settings.workday.technician = technician;
    settings.desk.tenant = settings.destination.tenant;
    settings.desk.technician = technician;
    settings.desk.back_end = api::BackEnd::office;
    settings.desk.check_in = api::CheckIn::office;
    settings.power.supplies.clear();
    return settings;
}

Result<std::unique_ptr<Device>> Device::start(const Ground& ground, std::uint64_t seed) {
    offline::StoreOptions options;
    options.database.path = file();
    options.database.vfs = ground.disk.vfs();
    options.database.folder = &ground.disk;
    options.journal = ground.settings.journal;
    auto store = offline::Store::open(options);
    if (!store) return store.error();
    std::unique_ptr<Device> device(new Device(ground, std::move(*store)));
    device->desk_ = api::make_desk(device->line_, device->clock_, ground.settings.desk);
    device->uplink_.offers_read_back(ground.settings.read_back);
    auto agent = agent::Agent::open(device->clock_, *device->store_, device->receiver_,
                                    device->uplink_, ground.settings, Dice(seed), nullptr,
                                    device->desk_.get(), &device->clock_);
    if (!agent) return agent.error();
    device->agent_ = std::move(*agent);
    device->tasks_.start(device->agent_->run());
    return device;
}

Device::Device(const Ground& ground, std::unique_ptr<offline::Store> store)
    : truth_(ground.truth),
      store_(std::move(store)),
      clock_(ground.clock),
      credentials_{"cid.demo", "cs1.demo", "ak1.demo"},
      tokens_(ground.wire, clock_, credentials_),
      uplink_(ground.wire, ground.settings.destination.origin, tokens_, credentials_, clock_,
              store_->identity(),
              [this](std::int64_t id) { return store_->outbox().destination_text(id); }),
      line_(ground.wire, ground.settings.destination.origin, tokens_, credentials_, clock_),
      receiver_(clock_, ground.truth, ground.van),
      tasks_(ground.truth.executor()) {}

Device::~Device() = default;

SimulatedClock::Ended Device::wind_down() {
    return truth_.finish(agent_->wind_down(std::chrono::seconds(5)));
}

SimulatedClock::Ended Device::stop() { return truth_.finish(tasks_.stop()); }

}  // namespace outrider::fleet
