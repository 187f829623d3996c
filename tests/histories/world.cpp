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

constexpr Duration patience = 30s;  // of the device for an answer
const net::Origin origin{false, "127.0.0.1", 8088};

Error broken(const char* what, bool ambiguous) {
    Error error(Fault::unreachable, what);
    error.ambiguous = ambiguous;
    return error;
}

bool is_move(const http::Request& request) {
    return request.method == "POST" && request.target == "/office/v1/actions";
}

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

std::string_view name(Weather weather) {
    constexpr std::array<std::string_view, 6> names = {
        "clear", "no signal", "requests are lost", "answers are lost", "slow", "patchy"};
    return names.at(static_cast<std::size_t>(weather));
}

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

Wire::Wire(Premises& premises, std::uint64_t seed)
    : premises_(premises), alarm_(premises.clock.alarm()), dice_(seed) {}

Weather Wire::now() {
    if (weather != Weather::patchy) return weather;
    return static_cast<Weather>(
        std::uniform_int_distribution<int>(0, static_cast<int>(Weather::slow))(dice_));
}

Duration Wire::way(Weather weather_now) {
    const bool slow = weather_now == Weather::slow;
    return Duration(
        std::uniform_int_distribution<int>(slow ? 2000 : 20, slow ? 16000 : 150)(dice_));
}

Async<Result<http::Response>> Wire::send(http::Request request) {
    const Weather today = now();
    if (today == Weather::no_signal) co_return broken("no signal", false);
    if (is_move(request)) {
        if (const auto move = api::parse_move(request.body)) leaving(*move);
    }
    const Duration there = way(today), back = way(today);
    Result<> slept = co_await alarm_->sleep(there);
    if (!slept) {
        // The device is gone; what it sent may arrive all the same.
        const bool arrives = std::bernoulli_distribution(0.5)(dice_);
        if (arrives && today != Weather::request_lost) static_cast<void>(act(request));
        co_return slept.error();
    }
    if (today == Weather::request_lost) {
        slept = co_await alarm_->sleep(patience - there);
        co_return slept ? broken("the request was lost", true) : slept.error();
    }
    http::Response response = act(request);
    const bool late = today == Weather::answer_lost || there + back > patience;
    const Duration rest = late ? patience - there : back;
    slept = co_await alarm_->sleep(rest);
    if (!slept) co_return slept.error();
    if (late) co_return broken("the answer was lost", true);
    co_return response;
}

Async<Result<http::Response>> Wire::send(http::Request, http::Sink) {
    co_return broken("no streaming here", false);
}

http::Response Wire::act(const http::Request& request) {
    ++requests;
    http::Response response = premises_.reception.answer(request);
    REQUIRE_FALSE(response.takeover);
    if (is_move(request)) {
        ++answers_to_moves;
        const auto move = api::parse_move(request.body);
        REQUIRE(move);
        answered(*move, response.status);
    }
    return response;
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
