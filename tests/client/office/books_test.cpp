#include "client/office/books.hpp"

#include "tests/client/office/firm.hpp"
#include "tests/support/temporary_directory.hpp"

#include <string>
#include <vector>

namespace outrider::office {

namespace {

using std::chrono::hours;
using std::chrono::minutes;
using test::Firm;
using test::Verb;

template <class Row>
std::vector<Id> ids(const Result<Listed<Row>>& listed) {
    REQUIRE(listed);
    std::vector<Id> found;
    for (const Row& row : listed->rows) found.push_back(row.id);
    return found;
}
using Ids = std::vector<Id>;

struct Week : Firm {
    Week() {
        technician(301);
        technician(302, "Ben Ode");
        technician(303, "Benedict Low");
        job(10, location(1));
        job(11, location(2));
        for (Id id = 100; id < 107; ++id) {
            appointment(id, id % 2 == 0 ? 10 : 11, {id % 3 == 0 ? 302 : 301});
            pass(minutes(10));
        }
    }
};

}  // namespace

TEST_CASE("what was put is found again, every column of it") {
    Firm firm;
    Technician technician;
    technician.id = 5;
    technician.user = 6;
    technician.name = "Zoë \"Z\" O'Neil";
    technician.unit = "van";
    technician.checked_in = firm.clock.now();
    technician.may_arrive = false;
    technician.rating = 4.25;
    firm.add(technician);
    const auto same = firm.get<Technician>(5);
    CHECK(same.user == 6);
    CHECK(same.name == technician.name);
    CHECK(same.checked_in == technician.checked_in);
    CHECK_FALSE(same.may_arrive);
    CHECK(same.may_pause);
    CHECK(same.rating == 4.25);
    CHECK(same.stamp.created == firm.clock.now());
    CHECK_FALSE(*firm.books.find<Technician>(7));

    Activity activity;
    activity.employee = 5;
    activity.type = 9;
    activity.start = firm.clock.now();
    activity.memo = "drive";
    activity.rest = R"({"tagTypes":[1]})";
    activity = firm.add(activity);
    CHECK(activity.id > 0);
    const auto again = firm.get<Activity>(activity.id);
    CHECK(again.memo == "drive");
    CHECK(again.rest == activity.rest);
    CHECK_FALSE(again.end);
    CHECK_FALSE(again.job);
    activity.end = firm.clock.now() + hours(1);
    firm.add(activity);
    CHECK(firm.get<Activity>(activity.id).end == activity.end);
    CHECK(firm.books.activities({})->rows.size() == 1);
}

TEST_CASE("each change has a number of its own and is never modified before the one ahead of it") {
    Firm firm;
    firm.technician(301);
    const Stamp first = firm.get<Technician>(301).stamp;
    firm.pass(minutes(5));
    firm.technician(302);
    firm.clock.jump(-hours(3));
    Technician row = firm.get<Technician>(301);
    row.name = "Ann";
    firm.add(row);
    const Stamp last = firm.get<Technician>(301).stamp;
    CHECK(last.created == first.created);
    CHECK(last.revision == first.revision + 2);
    CHECK(last.modified == firm.get<Technician>(302).stamp.modified);
    CHECK(*firm.books.revision() == last.revision);
}

TEST_CASE("lists give each row once, page by page, in the order asked for") {
    Week week;
    AppointmentFilter filter;
    filter.page.size = 3;
    filter.page.count = true;
    Ids all;
    for (filter.page.number = 1;; ++filter.page.number) {
        const auto page = week.books.appointments(filter);
        REQUIRE(page);
        CHECK(page->total == 7);
        for (const Appointment& each : page->rows) all.push_back(each.id);
        if (!page->more) break;
        REQUIRE(page->rows.size() == 3);
    }
    CHECK(all == Ids{100, 101, 102, 103, 104, 105, 106});
    filter = {};
    filter.page.descending = true;
    filter.page.size = 2;
    CHECK(ids(week.books.appointments(filter)) == Ids{106, 105});
    CHECK_FALSE(week.books.appointments(filter)->total);
    week.add(week.get<Appointment>(101));
    filter.page.order = Page::Order::modified;
    CHECK(ids(week.books.appointments(filter)) == Ids{101, 106});
    filter.page.number = 0;  // nobody's page
    filter.page.size = -1;
    CHECK(ids(week.books.appointments(filter)) == Ids{101});
}

TEST_CASE("appointments are found by whom, whose, when, how they stand and when they changed") {
    Week week;
    const auto found = [&](auto&& set) {
        AppointmentFilter filter;
        set(filter);
        return ids(week.books.appointments(filter));
    };
    const Instant from = week.get<Appointment>(103).start;
    CHECK(found([](auto& f) { f.technician = 302; }) == Ids{102, 105});
    CHECK(found([](auto& f) { f.customer = 2; }) == Ids{101, 103, 105});
    CHECK(found([](auto& f) { f.job = 10, f.technician = 302; }) == Ids{102});
    CHECK(found([](auto& f) { f.number = "A104"; }) == Ids{104});
    CHECK(found([](auto& f) { f.ids = {106, 100, 999}; }) == Ids{100, 106});
    CHECK(found([&](auto& f) { f.starts_from = from; }) == Ids{103, 104, 105, 106});
    CHECK(found([&](auto& f) { f.starts_before = from; }) == Ids{100, 101, 102});
    CHECK(found([&](auto& f) { f.audit.created_from = from - hours(1); }) ==
          Ids{103, 104, 105, 106});
    CHECK(found([&](auto& f) { f.audit.modified_before = from - hours(1); }) == Ids{100, 101, 102});
    CHECK(found([](auto& f) { f.status = "Dispatched"; }).empty());
    CHECK(week.does(Verb::dispatch, 301, 103) == "");
    CHECK(found([](auto& f) { f.status = "Dispatched"; }) == Ids{103});
    CHECK(found([](auto& f) { f.unused = true; }).empty());
    CHECK(found([](auto& f) { f.active = Active::no; }).empty());
    CHECK(found([](auto& f) { f.active = Active::any; }).size() == 7);
}

TEST_CASE("jobs are found as ServiceTitan's statuses have them") {
    Week week;
    const auto found = [&](auto&& set) {
        JobFilter filter;
        set(filter);
        return ids(week.books.jobs(filter));
    };
    CHECK(found([](auto& f) { f.status = "Scheduled"; }) == Ids{10, 11});
    CHECK(week.does(Verb::dispatch, 301, 103) == "");
    CHECK(found([](auto& f) { f.status = "Scheduled"; }) == Ids{10});
    CHECK(found([](auto& f) { f.status = "InProgress"; }) == Ids{11});
    CHECK(found([](auto& f) { f.status = "Dispatched"; }) == Ids{11});
    CHECK(week.does(Verb::arrive, 301, 103) == "");
    CHECK(found([](auto& f) { f.status = "Dispatched"; }).empty());
    CHECK(found([](auto& f) { f.appointment_status = "Working"; }) == Ids{11});
    CHECK(found([](auto& f) { f.technician = 302; }) == Ids{10, 11});
    CHECK(found([](auto& f) { f.technician = 303; }).empty());
    CHECK(found([](auto& f) { f.location = 2; }) == Ids{11});
    CHECK(week.does(Verb::complete, 301, 103) == "");
    const Instant now = week.clock.now();
    CHECK(found([&](auto& f) { f.completed_from = now; }) == Ids{11});
    CHECK(found([&](auto& f) { f.completed_before = now; }).empty());
    Job urgent = week.get<Job>(11);
    urgent.priority = "Urgent";
    week.add(urgent);
    CHECK(found([](auto& f) {
              f.page.order = Page::Order::priority;
              f.page.descending = true;
          }) == Ids{11, 10});
}

TEST_CASE("technicians and shifts are found by parts of their words, whatever those are") {
    Week week;
    TechnicianFilter people;
    people.name_contains = "bEn";
    CHECK(ids(week.books.technicians(people)) == Ids{302, 303});
    people.name_contains = "%' OR 1=1 --";
    CHECK(ids(week.books.technicians(people)).empty());
    people = {};
    people.users = {1301};
    CHECK(ids(week.books.technicians(people)) == Ids{301});
    Shift shift;
    shift.technician = 301;
    shift.title = "Early";
    shift.start = week.clock.now();
    shift.end = shift.start + hours(8);
    shift = week.add(shift);
    ShiftFilter shifts;
    shifts.title_contains = "EAR";
    shifts.ends_by = shift.end;
    CHECK(ids(week.books.shifts(shifts)) == Ids{shift.id});
    shifts.note_contains = "x";
    CHECK(ids(week.books.shifts(shifts)).empty());
}

TEST_CASE("a feed read by its continuation misses nothing and tells of what was taken") {
    Week week;
    std::int64_t revision = 0;
    std::vector<Assignment> heard;
    const auto read_on = [&] {
        for (;;) {
            const auto rows = week.books.assignments_after(revision, {}, Active::any, 2);
            REQUIRE(rows);
            heard.insert(heard.end(), rows->begin(), rows->end());
            if (rows->empty()) return;
            revision = rows->back().stamp.revision;
        }
    };
    read_on();
    CHECK(heard.size() == 7);
    heard.clear();
    // All within one millisecond.
    CHECK(week.does(Verb::dispatch, 301, 103) == "");
    CHECK(week.office(Verb::unassign, 302, 102) == "");
    CHECK(week.office(Verb::assign, 303, 102) == "");
    read_on();
    REQUIRE(heard.size() == 3);
    CHECK(heard[0].appointment == 103);
    CHECK(heard[0].technician_name == "Ana Ruiz");
    CHECK_FALSE(heard[1].active);
    CHECK(heard[2].technician == 303);
    CHECK(week.books.assignments_after(0, {}, Active::no, 100)->size() == 1);
    CHECK(week.books.assignments_after(0, week.clock.now(), Active::yes, 100)->size() == 2);
}

TEST_CASE("a transaction that fails leaves the books as they were") {
    Week week;
    const std::int64_t revision = *week.books.revision();
    const auto failed = week.books.transaction([&]() -> Result<> {
        Technician row = week.get<Technician>(301);
        row.name = "Nobody";
        REQUIRE(week.books.put(row));
        return Error(Fault::refused, "no");
    });
    REQUIRE_FALSE(failed);
    CHECK(week.get<Technician>(301).name == "Ana Ruiz");
    CHECK(*week.books.revision() == revision);
}

TEST_CASE("the company is there after a restart") {
    const test::TemporaryDirectory directory;
    const std::string path = directory.file("office.db");
    test::VirtualClock clock;
    {
        const auto database = *open_database(path);
        Books books(*database, clock, {});
        Technician ana;
        ana.name = "Ana";
        REQUIRE(books.put(ana));
        CHECK(ana.id == 1);
    }
    const auto database = *open_database(path);
    Books books(*database, clock, {});
    CHECK_FALSE(*books.empty());
    CHECK((*books.find<Technician>(1))->name == "Ana");
}

}  // namespace outrider::office
