#pragma once
// What the office knows of its company, row by row; the words are ServiceTitan's.

#include "client/dispatch/day.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace outrider::office {

using dispatch::Id;

// Set by Books with every change. `revision` numbers the company's changes without a gap.
struct Stamp {
    Instant created{}, modified{};
    std::int64_t revision = 0;
};

struct Technician {
    Id id = 0, user = 0;
    std::string name;
    std::string unit;                   // of the GPS provider's device list; "" for none
    std::optional<Instant> checked_in;  // see Books::checked_in
    bool may_dispatch = true, may_arrive = true, may_pause = true;
    std::string job_filter = "AllScheduledDispatchedWorking";
    std::optional<double> rating;  // stars, 0 to 5
    bool active = true;
    Stamp stamp{};
};

struct Address {
    std::string street, unit, city, state, zip, country;
    std::optional<double> latitude, longitude;
};
std::string in_one_line(const Address&);

struct Customer {
    Id id = 0;
    std::string name;
    std::string type = "Residential";
    Address address;
    bool active = true;
    Stamp stamp{};
};

struct Location {
    Id id = 0, customer = 0;
    std::string name;
    Address address;
    bool verified = false;  // the address; without it there is no map, and no arrival by GPS
    bool active = true;
    Stamp stamp{};
};

struct Job {
    Id id = 0;
    std::string number, summary;  // the summary is HTML
    Id customer = 0, location = 0, job_type = 1, business_unit = 1;
    std::string priority = "Normal";
    dispatch::Standing standing = dispatch::Standing::open;
    bool begun = false;
    std::optional<Instant> completed;
    bool notify = true;  // the customer, when somebody is on the way
    std::string status;  // dispatch::name of its JobStatus; set by Books
    Stamp stamp{};
};

struct Appointment {
    Id id = 0, job = 0;
    std::string number;
    Instant start{}, end{};
    std::optional<Instant> window_start, window_end;
    std::string instructions;
    dispatch::Standing standing = dispatch::Standing::open;
    bool confirmed = false;
    bool unused = false;  // nobody had worked on it when the job was completed
    std::string status;   // dispatch::name of its AppointmentStatus; set by Books
    bool active = true;
    Stamp stamp{};
};

struct Assignment {
    Id id = 0, technician = 0, appointment = 0, job = 0;
    dispatch::Status status = dispatch::Status::scheduled;
    bool paused = false;
    Id assigned_by = 0;
    Instant assigned{};
    bool active = true;           // until it is taken from them
    std::string technician_name;  // read only
    Stamp stamp{};
};

struct Shift {
    Id id = 0, technician = 0;
    std::string type = "Normal";  // or "OnCall", "TimeOff"
    std::string title;
    std::optional<std::string> note;
    Instant start{}, end{};
    std::optional<Id> timesheet_code;
    bool active = true;
    Stamp stamp{};
};

struct ActivityType {
    Id id = 0;
    std::string code;
    Id category = 0;
    std::optional<std::string> description;
    std::string job_association = "Allow";   // or "DoNotAllow", "Require"
    std::string memo_association = "Allow";  // likewise
    std::string displayed_status = "Idle";   // or "Dispatched", "Working", "Meal"
    bool active = true;
    Stamp stamp{};
};

struct Activity {
    Id id = 0, employee = 0;
    std::string employee_type = "Technician";  // or "Employee"
    Id type = 0;
    Instant start{};
    std::optional<Instant> end;
    std::optional<Id> job, appointment;
    std::optional<std::string> memo;
    std::string rest = "{}";  // a JSON object of the members that mean nothing to this office
    std::optional<Id> modified_by;
    bool active = true;
    Stamp stamp{};
};

// One way to an appointment and what came of it. The times are when things happened.
struct JobTimesheet {
    Id id = 0, job = 0, appointment = 0, technician = 0;
    std::optional<Instant> dispatched, arrived, canceled, done;
    bool active = true;
    Stamp stamp{};
};

// What the office has decided once and for all.
struct House {
    std::string channel = "off";  // of dispatch notifications: or "text", "email"
    std::string text = "Hello {customer}, {technician} is on the way to {address}.";
    bool limited = true;            // see notices.hpp
    bool arrival_tracking = false;  // a link in the notification, where its text has one
    bool arrive_by_gps = false;     // see arrival.hpp
};

// A message the office would have sent.
struct Notification {
    std::int64_t id = 0;
    Instant at{}, happened{};
    Id technician = 0, appointment = 0, job = 0, customer = 0, location = 0;
    std::string channel, text;
    std::string action;  // the move's id
    std::int64_t revision = 0;
};

// A move the office was told of.
struct LoggedMove {
    std::int64_t id = 0;
    std::string action;
    Instant received{};
    bool by_office = false, carried_out = false;
    std::int64_t repeats = 0;  // times it came again after it was carried out
    std::string move, answer;  // JSON
};

// Where a unit was by its newest eventTime.
struct UnitPosition {
    Instant event_time{};
    double latitude = 0, longitude = 0;
};

}  // namespace outrider::office
