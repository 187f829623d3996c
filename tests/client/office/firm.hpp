#pragma once
// A small company with empty days, to be filled by the test; time is virtual.

#include "client/office/migrations.hpp"
#include "client/office/moves.hpp"
#include "client/office/notices.hpp"
#include "tests/support/result.hpp"
#include "tests/support/virtual_clock.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <vector>

namespace outrider::test {

using dispatch::Verb;
using dispatch::Who;
using office::Id;

struct Firm {
    explicit Firm(office::BooksOptions options = {})
        : database(*office::open_database(":memory:")),
          books(*database, clock, std::move(options)) {}

    template <class Row>
    Row add(Row row) {
        REQUIRE(books.put(row));
        return row;
    }
    Id technician(Id id, const std::string& name = "Ana Ruiz", bool checked_in = true) {
        office::Technician row;
        row.id = id;
        row.user = id + 1000;
        row.name = name;
        row.unit = "van-" + std::to_string(id);
        if (checked_in) row.checked_in = clock.now();
        return add(row).id;
    }
    // A customer of the same number at a verified address of the same number.
    Id location(Id id) {
        office::Customer customer;
        customer.id = id;
        customer.name = "Customer " + std::to_string(id);
        add(customer);
        office::Location place;
        place.id = id;
        place.customer = id;
        place.address.street = std::to_string(id) + " Castro Street";
        place.address.city = "Mountain View";
        place.address.state = "CA";
        place.address.zip = "94041";
        place.address.latitude = 37.39;
        place.address.longitude = -122.08 + 0.01 * static_cast<double>(id % 10);
        place.verified = true;
        return add(place).id;
    }
    Id job(Id id, Id location) {
        office::Job row;
        row.id = id;
        row.number = "J" + std::to_string(id);
        row.customer = row.location = location;
        return add(row).id;
    }
    Id appointment(Id id, Id job, const std::vector<Id>& crew = {}) {
        office::Appointment row;
        row.id = id;
        row.job = job;
        row.number = "A" + std::to_string(id);
        row.start = clock.now() + std::chrono::hours(1);
        row.end = row.start + std::chrono::hours(1);
        add(row);
        for (const Id technician : crew) {
            office::Assignment assignment;
            assignment.technician = technician;
            assignment.appointment = id;
            assignment.job = job;
            assignment.assigned = clock.now();
            add(assignment);
        }
        return id;
    }

    api::Move move(Verb verb, Id technician, Id appointment = 0) {
        api::Move made;
        made.id = "m-" + std::to_string(++moves);
        made.verb = verb;
        made.technician = technician;
        made.appointment = appointment;
        made.happened = clock.now();
        return made;
    }
    office::Judged tell(const api::Move& given, Who by = Who::technician) {
        auto judged = office::carry_out(books, given, by);
        REQUIRE(judged);
        return std::move(*judged);
    }
    // "" when it was carried out, otherwise the rule against it.
    std::string does(Verb verb, Id technician, Id appointment = 0, Who by = Who::technician) {
        return rule_of(tell(move(verb, technician, appointment), by));
    }
    std::string office(Verb verb, Id technician, Id appointment = 0) {
        return does(verb, technician, appointment, Who::office);
    }
    static std::string rule_of(const office::Judged& judged) {
        const auto* refusal = std::get_if<dispatch::Refusal>(&judged);
        return refusal == nullptr ? "" : std::string(name(refusal->rule));
    }
    void pass(Duration time) { clock.run_for(time); }
    template <class Row>
    Row get(Id id) {
        auto row = *books.find<Row>(id);
        REQUIRE(row);
        return std::move(*row);
    }
    std::vector<office::Notification> told() { return *office::notifications(books, 0, 1000); }
    void notify(const std::string& text = "{technician} to {customer} at {address}") {
        office::House house = *books.house();
        house.channel = "text";
        house.text = text;
        REQUIRE(books.set_house(house));
    }

    VirtualClock clock;
    std::unique_ptr<offline::Database> database;
    office::Books books;
    int moves = 0;
};

}  // namespace outrider::test
