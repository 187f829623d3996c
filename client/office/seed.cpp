#include "client/office/seed.hpp"

#include "client/office/notices.hpp"
#include "client/office/seed_row.hpp"
#include "platform/files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <utility>

namespace outrider::office {

namespace {

constexpr std::size_t most_bytes = 1024 * 1024;
constexpr std::size_t most_rows = 10'000;  // of each kind
constexpr Id dispatcher = 1;               // the user who planned the day

template <class Row>
struct Placed {
    Row row;
    std::uint32_t line = 0;
};
template <class Row>
using Rows = std::vector<Placed<Row>>;

struct PlannedAppointment {
    Id id = 0;
    Appointment row;
    std::vector<Id> crew;
};

struct Plan {
    House house;
    Rows<Technician> technicians;
    Rows<Customer> customers;
    Rows<Location> locations;
    Rows<Job> jobs;
    Rows<PlannedAppointment> appointments;
    Rows<Shift> shifts;
    Rows<ActivityType> activity_types;
};

constexpr std::array<std::string_view, 4> priorities = {"Low", "Normal", "High", "Urgent"};
constexpr std::array<std::string_view, 3> shift_types = {"Normal", "OnCall", "TimeOff"};
constexpr std::array<std::string_view, 3> associations = {"DoNotAllow", "Allow", "Require"};
constexpr std::array<std::string_view, 4> shown = {"Idle", "Dispatched", "Working", "Meal"};
constexpr std::array<std::string_view, 3> channels = {"off", "text", "email"};

void read(SeedRow& from, Technician& row, const SeedTimes& times) {
    bool in = false;
    from.id("id", row.id);
    row.user = row.id;
    from.id("user", row.user, Need::optional);
    from.text("name", row.name, Need::required);
    from.text("unit", row.unit);
    from.flag("checked_in", in);
    if (in) row.checked_in = times.opening;
    from.flag("may_dispatch", row.may_dispatch);
    from.flag("may_arrive", row.may_arrive);
    from.flag("may_pause", row.may_pause);
    from.text("job_filter", row.job_filter);
    from.stars("rating", row.rating);
}

void read(SeedRow& from, Address& address) {
    from.text("street", address.street);
    from.text("unit", address.unit);
    from.text("city", address.city);
    from.text("state", address.state);
    from.text("zip", address.zip);
    from.text("country", address.country);
    from.degrees("latitude", address.latitude, 90);
    from.degrees("longitude", address.longitude, 180);
}

void read(SeedRow& from, Customer& row, const SeedTimes&) {
    from.id("id", row.id);
    from.text("name", row.name, Need::required);
    from.word("type", row.type, std::array<std::string_view, 2>{"Residential", "Commercial"});
    read(from, row.address);
}

void read(SeedRow& from, Location& row, const SeedTimes&) {
    from.id("id", row.id);
    from.id("customer", row.customer);
    from.text("name", row.name);
    read(from, row.address);
    from.flag("verified", row.verified);
    if (row.address.latitude.has_value() != row.address.longitude.has_value()) {
        from.complain(row.address.latitude ? "longitude" : "latitude", "is missing");
    }
}

void read(SeedRow& from, Job& row, const SeedTimes&) {
    from.id("id", row.id);
    row.number = fmt::format("{}", row.id);
    from.text("number", row.number);
    from.text("summary", row.summary);
    from.id("location", row.location);
    from.id("job_type", row.job_type, Need::optional);
    from.id("business_unit", row.business_unit, Need::optional);
    from.word("priority", row.priority, priorities);
    from.flag("notify", row.notify);
}

void read(SeedRow& from, PlannedAppointment& plan, const SeedTimes&) {
    Appointment& row = plan.row;
    from.id("id", row.id);
    plan.id = row.id;
    from.id("job", row.job);
    from.text("number", row.number);
    from.time("start", row.start);
    from.time("end", row.end);
    from.time("window_start", row.window_start);
    from.time("window_end", row.window_end);
    from.text("instructions", row.instructions);
    from.flag("confirmed", row.confirmed);
    from.ids("technicians", plan.crew);
    bool on_hold = false;
    from.flag("on_hold", on_hold);
    if (on_hold) row.standing = dispatch::Standing::on_hold;
    if (row.end <= row.start) from.complain("end", "is not after the start");
}

void read(SeedRow& from, Shift& row, const SeedTimes&) {
    from.id("id", row.id);
    from.id("technician", row.technician);
    from.word("type", row.type, shift_types);
    row.title = row.type;
    from.text("title", row.title);
    from.time("start", row.start);
    from.time("end", row.end);
    if (row.end <= row.start) from.complain("end", "is not after the start");
}

void read(SeedRow& from, ActivityType& row, const SeedTimes&) {
    from.id("id", row.id);
    from.text("code", row.code, Need::required);
    from.id("category", row.category, Need::optional);
    from.text("description", row.description.emplace());
    from.word("job_association", row.job_association, associations);
    from.word("displayed_status", row.displayed_status, shown);
}

void read(SeedRow& from, House& house, const SeedTimes&) {
    from.word("notifications", house.channel, channels);
    from.text("template", house.text);
    from.flag("limit", house.limited);
    from.flag("arrival_tracking", house.arrival_tracking);
    from.flag("arrive_by_gps", house.arrive_by_gps);
    if (const auto good = check_template(house.text); !good) {
        from.complain("template", "is wrong: " + good.error().detail);
    }
}

Error at(std::uint32_t line, std::string_view words) {
    return {Fault::malformed, fmt::format("{}: {}", line, words)};
}

constexpr std::array<std::string_view, 8> kinds = {"house",     "technicians",   "customers",
                                                   "locations", "jobs",          "appointments",
                                                   "shifts",    "activity_types"};

using Tables = std::vector<SeedTable>;

Result<> check_kinds(const Tables& tables) {
    for (const SeedTable& table : tables) {
        if (std::ranges::find(kinds, table.kind) == kinds.end()) {
            return at(table.line, fmt::format("'{}' is unknown: there are {}",
                                              table.kind.substr(0, 60), fmt::join(kinds, ", ")));
        }
        const bool one = table.kind == "house";
        if (table.listed != one) continue;
        const std::string title = one ? "[house]" : fmt::format("[[{}]]", table.kind);
        return at(table.line, fmt::format("'{}' is to be written as {}", table.kind, title));
    }
    return {};
}

// Every [[kind]] of the file.
template <class Row>
Result<> read_all(const Tables& tables, std::string_view kind, const SeedTimes& times,
                  Rows<Row>& rows) {
    for (const SeedTable& table : tables) {
        if (table.kind != kind) continue;
        if (rows.size() == most_rows) {
            return at(table.line, fmt::format("there are more than {} {}", most_rows, kind));
        }
        SeedRow from(table, times);
        Placed<Row>& placed = rows.emplace_back();
        placed.line = table.line;
        read(from, placed.row, times);
        from.no_others();
        if (from.error()) return *from.error();
    }
    return {};
}

// By their ids, each of which is to be there once.
template <class Row>
Result<std::map<Id, const Row*>> by_id(const Rows<Row>& rows, std::string_view what) {
    std::map<Id, const Row*> found;
    for (const auto& [row, line] : rows) {
        if (found.emplace(row.id, &row).second) continue;
        return at(line, fmt::format("there is another {} {}", what, row.id));
    }
    return found;
}

template <class Row>
Result<> demand(const std::map<Id, const Row*>& rows, Id id, std::uint32_t line,
                std::string_view what) {
    if (rows.contains(id)) return {};
    return at(line, fmt::format("there is no {} {}", what, id));
}

// Whatever one row says of another is there. Fills in what follows from it.
Result<> connect(Plan& plan) {
    const auto technicians = by_id(plan.technicians, "technician");
    const auto customers = by_id(plan.customers, "customer");
    const auto locations = by_id(plan.locations, "location");
    const auto jobs = by_id(plan.jobs, "job");
    const auto appointments = by_id(plan.appointments, "appointment");
    const auto shifts = by_id(plan.shifts, "shift");
    const auto types = by_id(plan.activity_types, "activity type");
    if (!technicians) return technicians.error();
    if (!customers) return customers.error();
    if (!locations) return locations.error();
    if (!jobs) return jobs.error();
    if (!appointments) return appointments.error();
    if (!shifts) return shifts.error();
    if (!types) return types.error();
    for (const auto& [row, line] : plan.locations) {
        if (auto good = demand(*customers, row.customer, line, "customer"); !good) return good;
    }
    for (auto& [row, line] : plan.jobs) {
        if (auto good = demand(*locations, row.location, line, "location"); !good) return good;
        row.customer = locations->at(row.location)->customer;
    }
    std::map<Id, int> of_job;
    for (auto& [planned, line] : plan.appointments) {
        Appointment& row = planned.row;
        if (auto good = demand(*jobs, row.job, line, "job"); !good) return good;
        const int number = ++of_job[row.job];
        if (row.number.empty())
            row.number = fmt::format("{}-{}", jobs->at(row.job)->number, number);
        for (const Id each : planned.crew) {
            if (auto good = demand(*technicians, each, line, "technician"); !good) return good;
        }
    }
    for (const auto& [row, line] : plan.shifts) {
        if (auto good = demand(*technicians, row.technician, line, "technician"); !good)
            return good;
    }
    return {};
}

Result<Plan> read_plan(const Tables& file, const SeedTimes& times) {
    Plan plan;
    if (auto good = check_kinds(file); !good) return good.error();
    for (const SeedTable& table : file) {
        if (table.kind != "house") continue;
        SeedRow from(table, times);
        read(from, plan.house, times);
        from.no_others();
        if (from.error()) return *from.error();
    }
    Result<> done = read_all(file, "technicians", times, plan.technicians);
    if (done) done = read_all(file, "customers", times, plan.customers);
    if (done) done = read_all(file, "locations", times, plan.locations);
    if (done) done = read_all(file, "jobs", times, plan.jobs);
    if (done) done = read_all(file, "appointments", times, plan.appointments);
    if (done) done = read_all(file, "shifts", times, plan.shifts);
    if (done) done = read_all(file, "activity_types", times, plan.activity_types);
    if (done) done = connect(plan);
    if (!done) return done.error();
    return plan;
}

template <class Row>
Result<> write(Books& books, Rows<Row>& rows) {
    for (auto& placed : rows) {
        if (auto written = books.put(placed.row); !written) return written;
    }
    return {};
}

Result<> write(Books& books, Rows<PlannedAppointment>& rows) {
    for (auto& [planned, line] : rows) {
        if (auto written = books.put(planned.row); !written) return written;
        for (const Id technician : planned.crew) {
            Assignment assignment;
            assignment.technician = technician;
            assignment.appointment = planned.row.id;
            assignment.job = planned.row.job;
            assignment.assigned_by = dispatcher;
            assignment.assigned = books.clock().now();
            if (auto written = books.put(assignment); !written) return written;
        }
    }
    return {};
}

Result<> write(Books& books, Plan& plan) {
    return books.transaction([&]() -> Result<> {
        Result<> done = books.set_house(plan.house);
        if (done) done = write(books, plan.technicians);
        if (done) done = write(books, plan.customers);
        if (done) done = write(books, plan.locations);
        if (done) done = write(books, plan.jobs);
        if (done) done = write(books, plan.appointments);
        if (done) done = write(books, plan.shifts);
        if (done) done = write(books, plan.activity_types);
        return done;
    });
}

}  // namespace

Result<> plant_text(Books& books, std::string_view text, const std::string& name) {
    if (text.size() > most_bytes) {
        return Error(Fault::too_large, fmt::format("{} has more than {} bytes", name, most_bytes));
    }
    const auto file = read_seed(text, name);
    if (!file) return Error(Fault::malformed, name + ":" + file.error().detail);
    const SeedTimes times{books.midnight(), books.clock().now()};
    auto plan = read_plan(*file, times);
    if (!plan) return Error(Fault::malformed, name + ":" + plan.error().detail);
    return write(books, *plan);
}

Result<> plant(Books& books, const std::string& seed) {
    if (seed.empty()) return {};
    const auto empty = books.empty();
    if (!empty) return empty.error();
    if (!*empty) return {};
    if (seed == "sample") return plant_text(books, sample_day(), "the sample day");
    const auto text = read_file(seed, most_bytes);
    if (!text) return text.error();
    return plant_text(books, *text, seed);
}

}  // namespace outrider::office
