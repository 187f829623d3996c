// Many agents and one office.

#include "client/agent/courier.hpp"
#include "platform/log.hpp"
#include "tests/client/agent/world.hpp"
#include "tests/support/thorough.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <memory>
#include <vector>

namespace outrider::agent {
namespace {

using namespace std::chrono_literals;

constexpr Duration report_every = 60s;
constexpr std::chrono::seconds window{10};

// What all of them do to it, in windows of ten seconds.
struct Office {
    bool out = false;
    std::vector<int> requests;

    void knock(Uptime at) {
        const auto index = static_cast<std::size_t>(at.time_since_epoch() / window);
        requests.resize(std::max(requests.size(), index + 1));
        ++requests[index];
    }
    std::optional<Error> mood() const {
        if (!out) return std::nullopt;
        return Error(Fault::unreachable, "503 Service Unavailable");
    }
};

// A parked van's worth of pings, at its own second of the minute.
class Van {
public:
    Van(test::VirtualClock& clock, Office& office, std::uint64_t seed)
        : clock_(clock),
          store_(test::memory_store()),
          uplink_(clock),
          courier_(*store_, uplink_, clock, SyncSettings{}, RetrySettings{}, Dice(seed)) {
        uplink_.mood = [&office] { return office.mood(); };
        uplink_.on_request = [&office, &clock](auto) { office.knock(clock.uptime()); };
        REQUIRE(store_->commit(clock.now(), [&]() -> Result<> {
            const auto id = store_->outbox().destination("there");
            if (!id) return id.error();
            destination_ = *id;
            return {};
        }));
    }
    Async<> deliver() { return courier_.run(); }
    Async<> drive(Duration phase) {
        const auto alarm = clock_.alarm();
        Result<> slept = co_await alarm->sleep(phase);
        while (slept) {
            report();
            slept = co_await alarm->sleep(report_every);
        }
    }
    void report() {
        REQUIRE(store_->commit(clock_.now(), [&]() -> Result<> {
            const auto added =
                store_->outbox().add(offline::Lane::pings, clock_.now(), destination_, "here");
            return added ? Result<>() : added.error();
        }));
        courier_.nudge();
    }
    std::int64_t waiting() const { return store_->outbox().size(offline::Lane::pings); }

private:
    test::VirtualClock& clock_;
    std::unique_ptr<offline::Store> store_;
    test::ScriptedOffice uplink_;
    Courier courier_;
    std::int64_t destination_ = 0;
};

// A thousand complaints say no more than one.
struct Quiet {
    Quiet() { set_log_level(Level::error); }
    ~Quiet() { set_log_level(Level::info); }
};

int busiest(const std::vector<int>& requests, std::size_t from) {
    return *std::max_element(requests.begin() + static_cast<std::ptrdiff_t>(from), requests.end());
}

TEST_CASE("after an outage of ten minutes a fleet knocks at most twice as often as on any day") {
    const Quiet quiet;
    const int vans = test::thorough() ? 1000 : 200;
    test::VirtualClock clock;
    Office office;
    std::vector<std::unique_ptr<Van>> fleet;
    Tasks tasks(clock.executor());
    Dice dice(2026);
    std::uniform_int_distribution<Duration::rep> phase(0, report_every.count());
    for (int i = 0; i < vans; ++i) {
        fleet.push_back(std::make_unique<Van>(clock, office, static_cast<std::uint64_t>(i) + 1));
        tasks.start(fleet.back()->deliver());
        tasks.start(fleet.back()->drive(Duration(phase(dice))));
    }
    clock.run_for(5min);
    const int steady = busiest(office.requests, office.requests.size() / 2);
    office.out = true;
    clock.run_for(10min);
    office.out = false;
    const std::size_t back = office.requests.size() - 1;
    clock.run_for(10min);
    CHECK(busiest(office.requests, back) <= 2 * steady);
    for (const auto& van : fleet) CHECK(van->waiting() <= 1);
    clock.run(tasks.stop());
}

}  // namespace
}  // namespace outrider::agent
