#include "client/office/books.hpp"

#include "client/office/rows.hpp"
#include "platform/random.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace outrider::office {

std::optional<dispatch::Status> status_of(std::string_view word) {
    return enum_of<dispatch::Status>(word, 4);
}
std::optional<dispatch::Standing> standing_of(std::string_view word) {
    return enum_of<dispatch::Standing>(word, 4);
}

std::string in_one_line(const Address& address) {
    std::string line;
    for (const std::string* part :
         {&address.street, &address.unit, &address.city, &address.state, &address.zip}) {
        if (part->empty()) continue;
        // As Americans write it: only the postal code follows without a comma.
        if (!line.empty()) line += part == &address.zip ? " " : ", ";
        line += *part;
    }
    return line;
}

Books::Books(offline::Database& database, Clock& clock, BooksOptions options)
    : database_(database), clock_(clock), options_(std::move(options)) {}

namespace {

dispatch::Job as_rule(const Job& job) { return {job.standing, job.begun}; }

dispatch::Appointment as_rule(const Appointment& appointment, const std::vector<Assignment>& crew) {
    dispatch::Appointment result;
    result.job = appointment.job;
    result.standing = appointment.standing;
    for (const Assignment& each : crew) {
        result.assigned[each.technician] = {each.status, each.paused};
    }
    return result;
}

// What Books sets besides the stamp.
template <class Row>
Result<> complete(Books&, Row&) {
    return {};
}
Result<> complete(Books&, Job& job) {
    job.status = name(status_of(as_rule(job)));
    return {};
}
Result<> complete(Books& books, Appointment& appointment) {
    std::vector<Assignment> crew;
    if (appointment.id != 0) {
        auto found = books.crew(appointment.id);
        if (!found) return found.error();
        crew = std::move(*found);
    }
    appointment.status = name(status_of(as_rule(appointment, crew)));
    return {};
}

}  // namespace

Result<> Books::stamp(Stamp& stamp) {
    // The clock may be set back; what changed later is modified later all the same.
    auto counted = database_.run(
        "UPDATE house SET revision = revision + 1, newest = max(newest, ?)", clock_.now());
    if (!counted) return counted;
    const auto row = database_.query("SELECT revision, newest FROM house");
    if (!row) return row.error();
    const auto there = (*row)->step();
    if (!there) return there.error();
    stamp.revision = (*row)->integer(0);
    stamp.modified = (*row)->instant(1);
    if (stamp.created == Instant()) stamp.created = stamp.modified;
    (*row)->reset();
    return {};
}

template <class Row>
Result<std::optional<Row>> Books::find(Id id) {
    return first_of(rows_where<Row>(database_, "WHERE id = ?", id));
}

template <class Row>
Result<> Books::put(Row& row) {
    if (auto done = complete(*this, row); !done) return done;
    if (auto stamped = stamp(row.stamp); !stamped) return stamped;
    static const std::string sql = [&row] {
        Names names = Names::to_write();
        all_columns(names, row);
        return fmt::format("INSERT OR REPLACE INTO {} ({}) VALUES ({})", table<Row>, names.list(),
                           names.places());
    }();
    const auto statement = database_.query(sql);
    if (!statement) return statement.error();
    Binding binding(**statement);
    binding("id", row.id == 0 ? std::optional<Id>() : std::optional<Id>(row.id));
    all_columns(binding, row);
    auto written = (*statement)->run();
    if (written && row.id == 0) row.id = database_.last_row_id();
    return written;
}

template Result<std::optional<Technician>> Books::find<Technician>(Id);
template Result<std::optional<Customer>> Books::find<Customer>(Id);
template Result<std::optional<Location>> Books::find<Location>(Id);
template Result<std::optional<Job>> Books::find<Job>(Id);
template Result<std::optional<Appointment>> Books::find<Appointment>(Id);
template Result<std::optional<Assignment>> Books::find<Assignment>(Id);
template Result<std::optional<Shift>> Books::find<Shift>(Id);
template Result<std::optional<ActivityType>> Books::find<ActivityType>(Id);
template Result<std::optional<Activity>> Books::find<Activity>(Id);
template Result<std::optional<JobTimesheet>> Books::find<JobTimesheet>(Id);
template Result<> Books::put<Technician>(Technician&);
template Result<> Books::put<Customer>(Customer&);
template Result<> Books::put<Location>(Location&);
template Result<> Books::put<Job>(Job&);
template Result<> Books::put<Appointment>(Appointment&);
template Result<> Books::put<Assignment>(Assignment&);
template Result<> Books::put<Shift>(Shift&);
template Result<> Books::put<ActivityType>(ActivityType&);
template Result<> Books::put<Activity>(Activity&);
template Result<> Books::put<JobTimesheet>(JobTimesheet&);

Result<std::int64_t> Books::revision() { return database_.number("SELECT revision FROM house"); }

Result<std::vector<Assignment>> Books::crew(Id appointment) {
    return rows_where<Assignment>(database_, "WHERE active AND appointment = ? ORDER BY technician",
                                  appointment);
}

Result<std::vector<Appointment>> Books::appointments_of(Id job) {
    return rows_where<Appointment>(database_, "WHERE active AND job = ? ORDER BY id", job);
}

Result<std::optional<Assignment>> Books::under_way(Id technician) {
    return first_of(rows_where<Assignment>(
        database_, "WHERE active AND technician = ? AND status IN ('Dispatched', 'Working')",
        technician));
}

Result<std::optional<JobTimesheet>> Books::latest_timesheet(Id appointment, Id technician) {
    return first_of(rows_where<JobTimesheet>(
        database_, "WHERE active AND appointment = ? AND technician = ? ORDER BY id DESC LIMIT 1",
        appointment, technician));
}

Result<std::optional<UnitPosition>> Books::position(std::string_view unit) {
    const auto found =
        database_.query("SELECT event_time, latitude, longitude FROM units WHERE id = ?", unit);
    if (!found) return found.error();
    const auto there = (*found)->step();
    if (!there) return there.error();
    std::optional<UnitPosition> position;
    if (*there) {
        position = {(*found)->instant(0), (*found)->real(1), (*found)->real(2)};
        (*found)->reset();
    }
    return position;
}

Result<std::vector<Technician>> Books::technicians_of(std::string_view unit) {
    return rows_where<Technician>(database_, "WHERE active AND unit = ? ORDER BY id LIMIT 100",
                                  unit);
}

Result<std::string> Books::tracking_token(Id technician, Id appointment) {
    // The link is the secret: from the operating system, not from dice that could be guessed.
    const std::string fresh = fmt::format("{:016x}{:016x}", entropy(), entropy());
    auto made = database_.run(
        "INSERT INTO tracking (token, technician, appointment) VALUES (?, ?, ?) "
        "ON CONFLICT (technician, appointment) DO NOTHING",
        std::string_view(fresh), technician, appointment);
    if (!made) return made.error();
    const auto found =
        database_.query("SELECT token FROM tracking WHERE technician = ? AND appointment = ?",
                        technician, appointment);
    if (!found) return found.error();
    const auto there = (*found)->step();
    if (!there) return there.error();
    std::string token(*there ? (*found)->text(0) : "");
    (*found)->reset();
    return token;
}

Result<std::optional<Books::Tracked>> Books::tracked_by(std::string_view token) {
    const auto found =
        database_.query("SELECT technician, appointment FROM tracking WHERE token = ?", token);
    if (!found) return found.error();
    const auto there = (*found)->step();
    if (!there) return there.error();
    std::optional<Tracked> tracked;
    if (*there) {
        tracked = {(*found)->integer(0), (*found)->integer(1)};
        (*found)->reset();
    }
    return tracked;
}

void Books::keep_estimate(const api::Estimate& estimate) {
    estimates_[estimate.technician] = estimate;
}

std::optional<api::Estimate> Books::estimate(Id technician, Id appointment) const {
    constexpr Duration lately = std::chrono::minutes(10);
    const auto found = estimates_.find(technician);
    if (found == estimates_.end() || found->second.appointment != appointment) return std::nullopt;
    if (found->second.at < clock_.now() - lately) return std::nullopt;
    return found->second;
}

Result<dispatch::Day> Books::day() {
    dispatch::Day day;
    day.as_of = clock_.now();
    const auto people = rows_where<Technician>(database_, "WHERE active");
    if (!people) return people.error();
    for (const Technician& each : *people) day.technicians[each.id] = rights(each);
    const auto work = rows_where<Job>(database_, "");
    if (!work) return work.error();
    for (const Job& each : *work) day.jobs[each.id] = as_rule(each);
    const auto visits = rows_where<Appointment>(database_, "WHERE active");
    if (!visits) return visits.error();
    for (const Appointment& each : *visits) {
        const auto on_it = crew(each.id);
        if (!on_it) return on_it.error();
        day.appointments[each.id] = as_rule(each, *on_it);
    }
    return day;
}

dispatch::Technician Books::rights(const Technician& technician) const {
    return {checked_in(technician), technician.may_dispatch, technician.may_arrive,
            technician.may_pause};
}

std::int64_t Books::day_of(Instant instant) const {
    return std::chrono::floor<std::chrono::days>(instant + options_.utc_offset)
        .time_since_epoch()
        .count();
}

Instant Books::midnight() const {
    return std::chrono::floor<std::chrono::days>(clock_.now() + options_.utc_offset) -
           options_.utc_offset;
}

bool Books::checked_in(const Technician& technician) const {
    if (!technician.checked_in) return false;
    return options_.check_in_lasts || day_of(*technician.checked_in) == day_of(clock_.now());
}

Result<House> Books::house() {
    const auto row = database_.query(
        "SELECT channel, template, limited, arrival_tracking, arrive_by_gps FROM house");
    if (!row) return row.error();
    const auto there = (*row)->step();
    if (!there) return there.error();
    House house;
    house.channel = (*row)->text(0);
    house.text = (*row)->text(1);
    house.limited = (*row)->integer(2) != 0;
    house.arrival_tracking = (*row)->integer(3) != 0;
    house.arrive_by_gps = (*row)->integer(4) != 0;
    (*row)->reset();
    return house;
}

Result<> Books::set_house(const House& house) {
    const auto number = [](bool is) { return std::int64_t{is ? 1 : 0}; };
    return database_.run(
        "UPDATE house SET channel = ?, template = ?, limited = ?, arrival_tracking = ?, "
        "arrive_by_gps = ?",
        std::string_view(house.channel), std::string_view(house.text), number(house.limited),
        number(house.arrival_tracking), number(house.arrive_by_gps));
}

Result<bool> Books::empty() {
    const auto people = database_.number("SELECT count(*) FROM technicians");
    if (!people) return people.error();
    return *people == 0;
}

Result<> Books::transaction(const std::function<Result<>()>& work) {
    return database_.transaction(work);
}

}  // namespace outrider::office
