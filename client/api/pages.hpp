#pragma once
// ServiceTitan's answers, of which only what a technician's day needs is kept.
//
// Each reader gives Fault::malformed naming the member that is missing or of a wrong kind. Members
// and words that are not known are borne.

#include "client/dispatch/day.hpp"
#include "platform/clock.hpp"
#include "platform/result.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace outrider::api {

inline constexpr std::size_t most_rows = 10'000;  // of one page

// `more`: there are further pages; of a feed, at `next`.
template <class Row>
struct Page {
    std::vector<Row> rows;
    bool more = false;
    std::string next;
};

struct AppointmentRow {
    dispatch::Id id = 0, job = 0, customer = 0;
    std::string number, instructions;
    Instant start{}, end{}, modified{};
    std::optional<Instant> window_start, window_end;
    std::optional<dispatch::Standing> standing;  // nothing: a word we do not know
    bool active = true;
};
Result<Page<AppointmentRow>> parse_appointments(std::string_view json);

struct AssignmentRow {
    dispatch::Id id = 0, technician = 0, appointment = 0;
    std::string name;
    std::optional<dispatch::Status> status;  // nothing: a word we do not know
    bool paused = false, active = true;
    Instant modified{};
    bool operator==(const AssignmentRow&) const = default;
};
Result<Page<AssignmentRow>> parse_assignments(std::string_view json);
// Of the export feed.
Result<Page<AssignmentRow>> parse_assignment_feed(std::string_view json);

struct JobRow {
    dispatch::Id id = 0, customer = 0, location = 0;
    std::string number, summary, priority;
    std::optional<dispatch::Standing> standing;  // nothing: a word we do not know
    std::optional<bool> begun;                   // nothing: its status does not tell
    Instant modified{};
};
Result<Page<JobRow>> parse_jobs(std::string_view json);

struct ShiftRow {
    Instant start{}, end{};
    bool normal = false, active = true;
    dispatch::Id technician = 0;
};
Result<Page<ShiftRow>> parse_shifts(std::string_view json);

// The record holds what the technician earns, too: nothing else of it is kept.
struct TechnicianRecord {
    std::string name, job_filter;
    bool idle = true;
    dispatch::Id appointment = 0;  // under way
};
Result<TechnicianRecord> parse_technician(std::string_view json);

struct LocationRecord {
    std::string name, address;
    std::optional<double> latitude, longitude;
};
Result<LocationRecord> parse_location(std::string_view json);
Result<std::string> parse_customer_name(std::string_view json);

// A timesheet activity. What an update has to repeat is kept as it stood.
struct ActivityRow {
    dispatch::Id id = 0, employee = 0, type = 0, appointment = 0;
    bool technician = false;  // no other employee
    bool active = true;
    Instant start{};
    std::optional<Instant> end;
    std::string memo;
    std::string update;  // JSON of the update's members but endTime, without the last brace
};
Result<Page<ActivityRow>> parse_activities(std::string_view json);

}  // namespace outrider::api
