#pragma once
// The office's company, on disk: who works here, for whom, where, and how far they are.

#include "client/api/move.hpp"
#include "client/office/company.hpp"
#include "offline/database.hpp"

#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace outrider::office {

struct BooksOptions {
    Duration utc_offset{};        // of the office's own time: its days begin at its midnight
    bool check_in_lasts = false;  // in a company without clock-in/out: until it is changed
    std::string public_url;       // before "/office/v1/tracking/..." in links to customers
};

enum class Active { yes, no, any };

// Bounds that nobody gave are nothing, 0 or empty. "from" includes, "before" does not.
struct Audit {
    std::optional<Instant> created_from, created_before, modified_from, modified_before;
};
struct Page {
    enum class Order { id, created, modified, priority };
    int number = 1, size = 50;  // from 1
    Order order = Order::id;
    bool descending = false;
    bool count = false;  // fill `total`
};
template <class Row>
struct Listed {
    std::vector<Row> rows;
    bool more = false;
    std::optional<std::int64_t> total;
};

struct AssignmentFilter {
    std::vector<Id> ids, appointments;
    Id job = 0;
    Active active = Active::yes;
    Audit audit;
    Page page;
};
struct AppointmentFilter {
    std::vector<Id> ids;
    Id job = 0, technician = 0, customer = 0;
    std::string number, status;
    std::optional<Instant> starts_from, starts_before;
    std::optional<bool> unused;
    Active active = Active::yes;
    Audit audit;
    Page page;
};
struct JobFilter {
    std::vector<Id> ids;
    Id technician = 0, customer = 0, location = 0, business_unit = 0, job_type = 0;
    std::string number, status, appointment_status, priority;
    std::optional<Instant> appointment_starts_from, appointment_starts_before;
    std::optional<Instant> completed_from, completed_before;
    Audit audit;
    Page page;
};
struct ShiftFilter {
    Id technician = 0;
    std::string type, title_contains, note_contains;
    std::optional<Instant> starts_from, ends_by;  // ends_by includes
    Active active = Active::yes;
    Audit audit;
    Page page;
};
struct TechnicianFilter {
    std::vector<Id> ids, users;
    std::string name_contains;  // whatever the case
    Active active = Active::yes;
    Audit audit;
    Page page;
};
struct TimesheetFilter {
    std::vector<Id> jobs;
    Id technician = 0;
    std::optional<Instant> any_time_after, any_time_before;  // of the four times of a row
    Active active = Active::yes;
    Audit audit;
    Page page;
};
struct ActivityFilter {
    Active active = Active::yes;
    Audit audit;
    Page page;
};

class Books {
public:
    // All must outlive it. The tables are there: see open_database.
    Books(offline::Database&, Clock&, BooksOptions);

    // Of every struct of company.hpp down to JobTimesheet. `put` adds a row with id 0 under a new
    // id and one with an id under that or in its place, stamps it, and fills in what Books sets.
    template <class Row>
    Result<std::optional<Row>> find(Id);
    template <class Row>
    Result<> put(Row&);

    Result<Listed<Assignment>> assignments(const AssignmentFilter&);
    Result<Listed<Appointment>> appointments(const AppointmentFilter&);
    Result<Listed<Job>> jobs(const JobFilter&);
    Result<Listed<Shift>> shifts(const ShiftFilter&);
    Result<Listed<Technician>> technicians(const TechnicianFilter&);
    Result<Listed<JobTimesheet>> job_timesheets(const TimesheetFilter&);
    Result<Listed<Activity>> activities(const ActivityFilter&);
    Result<Listed<ActivityType>> activity_types(const ActivityFilter&);
    // For export feeds: what has changed after `revision` (and not before `since`), in the order of
    // the changes. The last row's revision is where to go on.
    Result<std::vector<Assignment>> assignments_after(std::int64_t revision, Instant since, Active,
                                                      std::size_t limit);
    Result<std::vector<JobTimesheet>> job_timesheets_after(std::int64_t revision, Instant since,
                                                           std::size_t limit);
    Result<std::int64_t> revision();  // of the latest change

    Result<std::vector<Assignment>> crew(Id appointment);  // active, in order of technicians
    Result<std::vector<Appointment>> appointments_of(Id job);
    Result<std::optional<Assignment>> under_way(Id technician);  // Dispatched or Working
    // The latest of theirs there, or nothing.
    Result<std::optional<JobTimesheet>> latest_timesheet(Id appointment, Id technician);
    Result<std::optional<UnitPosition>> position(std::string_view unit);
    Result<std::vector<Technician>> technicians_of(std::string_view unit);
    // For the technician's way to the appointment; made at the first asking.
    Result<std::string> tracking_token(Id technician, Id appointment);
    struct Tracked {
        Id technician = 0, appointment = 0;
    };
    Result<std::optional<Tracked>> tracked_by(std::string_view token);

    // By the technician's device, for the customer's page: the newest one, kept until the office
    // ends. They are made anew every few minutes.
    void keep_estimate(const api::Estimate&);
    // For that way, and no older than ten minutes.
    std::optional<api::Estimate> estimate(Id technician, Id appointment) const;

    // Everything the rule looks at, of everybody.
    Result<dispatch::Day> day();
    // As the rule has them: on the board now, and what the office leaves to them.
    dispatch::Technician rights(const Technician&) const;
    // On the board: until the end of the office's day, or until checked out when check-ins last.
    bool checked_in(const Technician&) const;
    std::int64_t day_of(Instant) const;  // the office's days, numbered
    Instant midnight() const;            // at which the office's present day began

    Result<House> house();
    Result<> set_house(const House&);

    Result<bool> empty();  // nobody works here yet
    // Everything within, or nothing of it. Not within another.
    Result<> transaction(const std::function<Result<>()>& work);

    Clock& clock() { return clock_; }
    const BooksOptions& options() const { return options_; }
    void set_public_url(std::string url) { options_.public_url = std::move(url); }
    offline::Database& database() { return database_; }

private:
    Result<> stamp(Stamp&);

    offline::Database& database_;
    Clock& clock_;
    BooksOptions options_;
    std::map<Id, api::Estimate> estimates_;  // by technician, who is one of ours
};

}  // namespace outrider::office
