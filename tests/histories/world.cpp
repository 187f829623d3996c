#include "tests/histories/world.hpp"

#include "client/office/migrations.hpp"
#include "tests/support/result.hpp"

#include <doctest/doctest.h>

#include <array>
#include <chrono>
#include <utility>

namespace outrider::test {
namespace {

using namespace std::chrono_literals;

const net::Origin origin{false, "127.0.0.1", 8088};

api::DeskSettings desk_settings() {
    api::DeskSettings settings;
    settings.tenant = "1000001";
    settings.technician = me;
    settings.back_end = api::BackEnd::office;
    settings.check_in = api::CheckIn::office;
    return settings;
}

std::int64_t destination(offline::Store& store, Instant now) {
    api::Destination to;
    to.origin = origin;
    to.tenant = "1000001";
    to.gps_provider = "outrider";
    to.unit_id = to.unit_name = "van-7";
    std::int64_t id = 0;
    const Result<> made = store.commit(now, [&]() -> Result<> {
        auto known = store.outbox().destination(api::encode(to));
        if (!known) return known.error();
        id = *known;
        return {};
    });
    REQUIRE(made);
    return id;
}

}  // namespace

Premises::Premises(VirtualClock& time, int count, bool limited, std::uint64_t seed)
    : clock(time),
      database(*office::open_database(":memory:")),
      archive(*database),
      books(*database, clock, {}),
      faults(Dice(seed)),
      reception(clock, settings, archive, books, faults, Dice(seed + 1)) {
    settings.token_life = 1h;
    furnish(count, limited);
}

template <class Row>
void Premises::add(Row row) {
    REQUIRE(books.put(row));
}

void Premises::furnish(int count, bool limited) {
    const Result<> done = books.transaction([&]() -> Result<> {
        for (const auto& [id, called] :
             {std::pair{me, "Ana Ruiz"}, std::pair{mate, "Ben Okafor"}}) {
            office::Technician row;
            row.id = id;
            row.user = id + 1000;
            row.name = called;
            add(row);
        }
        office::Customer customer;
        customer.id = 501;
        customer.name = "Shoreline Cafe";
        add(customer);
        for (int i = 1; i <= 3; ++i) {
            office::Location place;
            place.id = 600 + i;
            place.customer = 501;
            place.name = "Kitchen";
            add(place);
            office::Job job;
            job.id = jobs.emplace_back(710 + i);
            job.customer = 501;
            job.location = place.id;
            add(job);
        }
        for (int i = 1; i <= count; ++i) {
            office::Appointment row;
            row.id = appointments.emplace_back(810 + i);
            row.job = 711 + i / 2;
            row.start = clock.now() + i * 1h;
            row.end = row.start + 1h;
            add(row);
            for (const dispatch::Id technician : {me, mate}) {
                if (technician == mate && i != 2) continue;
                office::Assignment assignment;
                assignment.technician = technician;
                assignment.appointment = row.id;
                assignment.job = row.job;
                assignment.assigned = clock.now();
                add(assignment);
            }
        }
        office::House house = *books.house();
        house.channel = "text";
        house.limited = limited;
        return books.set_house(house);
    });
    REQUIRE(done);
}

Async<Result<std::vector<api::Answer>>> NoPings::deliver(std::span<const offline::Envelope>) {
    co_return Error(Fault::refused, "there are no pings");
}

Device::Device(const Ground& ground, std::uint64_t seed)
    : credentials{"cid.demo", "cs1.demo", "ak1.demo"},
      tokens(ground.wire, ground.clock, credentials),
      line(ground.wire, origin, tokens, credentials, ground.clock),
      desk(line, ground.clock, desk_settings()),
      courier(ground.store, uplink, ground.clock, {}, {}, Dice(seed)),
      tasks(ground.executor) {
    Clock& clock = ground.clock;
    auto opened = agent::Workday::open(ground.store, desk, clock, ground.settings,
                                       destination(ground.store, clock.now()), [&clock] {
                                           agent::Moment moment;
                                           moment.time = clock.now();
                                           return moment;
                                       });
    REQUIRE(opened);
    workday = std::move(*opened);
    courier.run_first(*workday);
    tasks.start(courier.run());
}

void Device::stop(VirtualClock& clock) { clock.run(tasks.stop()); }

}  // namespace outrider::test
