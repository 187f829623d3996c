#pragma once
// A technician's day, read by ServiceTitan's operations the cheapest way that is right.

#include "client/api/job_filter.hpp"
#include "client/api/line.hpp"
#include "client/api/office_day.hpp"
#include "client/api/pages.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace outrider::api {

// How the office is told of moves.
enum class BackEnd : std::uint8_t {
    office,      // by the stand-in's own protocol
    activities,  // by timesheet activities: a tenant with Flexible Timekeeping
    record,      // not at all, but for a note
};

// How the check-in is known: ServiceTitan's API cannot say.
enum class CheckIn : std::uint8_t {
    office,  // GET /office/v1/technicians/{id}: the stand-in
    shift,   // a guess: a Normal shift now, or a status other than Idle
    none,    // not at all: `rights` says
};

struct DeskSettings {
    std::string tenant;
    dispatch::Id technician = 0;
    BackEnd back_end = BackEnd::record;
    // The activity types whose displayedTechnicianStatus is Dispatched and Working.
    dispatch::Id dispatched_type = 0, working_type = 0;
    CheckIn check_in = CheckIn::shift;
    bool notes = true;  // off: with BackEnd::record nothing leaves the device
    // What the office leaves to the technician, where it cannot be asked.
    dispatch::Technician rights;
    // The local midnight before a moment, or at it; UTC's when not given.
    std::function<Instant(Instant)> day_start;
};

// The whole day is read at first, after an hour, at midnight, and when the export feed or the times
// of change of appointments or jobs show something of the technician's; otherwise only those three.
// A feed of a large tenant is an answer of megabytes: its client should take 8 MiB.
//
// An assignment's or job's status in an unknown word leaves what was known before, or Scheduled. A
// location or customer that the office will not show is left out.
class DayReader {
public:
    DayReader(Line&, Clock&, DeskSettings);
    // See Desk::read.
    Async<Result<OfficeDay>> read(OfficeDay last, std::vector<dispatch::Id> owed);

private:
    struct Window {
        Instant from{}, until{};
    };
    Window window(Instant now, int days) const;
    bool mine(const AssignmentRow&, const OfficeDay& last) const;
    std::string target(std::string_view area, std::string_view rest) const;
    Async<Result<>> read_feed(std::string& token, const OfficeDay& last, Instant now);
    Async<Result<>> follow_feed(std::string& token, const OfficeDay& last, std::string start);
    Async<Result<>> look_for_changes(const OfficeDay& last);
    static std::vector<std::string> job_lists(const OfficeDay&);  // ids, at most 50 in each
    Async<Result<>> read_check_in(OfficeDay& day, Instant now);
    Async<Result<>> read_shifts(Instant from);
    Async<Result<>> read_day(OfficeDay& day, const OfficeDay& last, Instant now);
    Async<Result<>> read_appointments(std::map<dispatch::Id, AppointmentRow>& found,
                                      const OfficeDay& last, Window window, int days);
    Async<Result<std::vector<Visit>>> read_crews(std::map<dispatch::Id, AppointmentRow> found,
                                                 const OfficeDay& last);
    Async<Result<>> read_jobs(std::vector<Visit>& visits, const OfficeDay& last);
    struct Places {  // of this read; nothing where the office will not show it
        std::map<dispatch::Id, LocationRecord> locations;
        std::map<dispatch::Id, std::string> customers;
        int asked = 0;
    };
    Async<Result<>> learn_place(const Visit& visit, Places& places);
    Async<Result<std::optional<std::string>>> ask_crm(std::string rest);
    // False: not all could be asked for this time.
    Async<Result<bool>> read_places(std::vector<Visit>& visits, const OfficeDay& last);
    template <class Row>
    Async<Result<std::vector<Row>>> read_pages(std::string target,
                                               Result<Page<Row>> (*parse)(std::string_view));

    Line& line_;
    Clock& clock_;
    DeskSettings settings_;
    bool stale_ = true;  // something has changed since the last whole read, or there was none
    Uptime read_at_{};   // the last whole read
    Instant read_from_{}, midnight_{};
    dispatch::Id busy_with_ = 0;  // by the technician's record
    std::vector<dispatch::Id> owed_;
    bool idle_ = true;
    std::vector<ShiftRow> shifts_;
    // What has been looked at: the same again is no change.
    std::map<dispatch::Id, AssignmentRow> seen_assignments_;
    std::map<dispatch::Id, Instant> seen_appointments_;
};

}  // namespace outrider::api
