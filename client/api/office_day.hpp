#pragma once
// The day as the office last said it, with what a technician's screen shows of it.

#include "client/dispatch/rule.hpp"
#include "platform/result.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace outrider::api {

struct Visit {
    dispatch::Id appointment = 0, job = 0, customer = 0, location = 0;
    std::string number, job_number;     // as people say them
    std::string summary, instructions;  // plain text, whatever the office wrote
    std::string priority;               // "Low", "Normal", "High", "Urgent"
    Instant start{}, end{};
    std::optional<Instant> window_start, window_end;  // promised to the customer
    dispatch::Standing standing = dispatch::Standing::open;
    dispatch::Standing job_standing = dispatch::Standing::open;
    bool job_begun = false;
    std::string customer_name, location_name, address;  // the address in one line
    std::optional<double> latitude, longitude;          // of the address
    Instant modified{}, job_modified{};                 // by the office
    struct Crew {
        dispatch::Id technician = 0;
        std::string name;
        dispatch::Assignment assignment;
        Instant modified{};
        bool operator==(const Crew&) const = default;
    };
    std::vector<Crew> crew;  // in order of the technicians' ids
    bool operator==(const Visit&) const = default;
};

struct OfficeDay {
    Instant as_of{};  // when the office said so; 1970: never yet
    dispatch::Id technician = 0;
    std::string technician_name;
    dispatch::Technician rights;  // checked_in, and what the office leaves to them
    // How the check-in is known: "office", "shift" (a guess from ServiceTitan's shifts) or "" for
    // not at all.
    std::string checked_in_by;
    // The technician's own, of yesterday to tomorrow, where they are asked for.
    struct Shift {
        Instant start{}, end{};
        bool operator==(const Shift&) const = default;
    };
    std::vector<Shift> shifts;
    std::string job_filter;     // ServiceTitan's word for what the technician may see, or ""
    std::vector<Visit> visits;  // all they may see, in order of their start
    std::string feed;           // where the export feed goes on; "" before the first
    bool operator==(const OfficeDay&) const = default;
};
// One JSON object; for the notebook, and read again whatever became of the file.
std::string to_json(const OfficeDay&);
Result<OfficeDay> parse_office_day(std::string_view json);

// What the rule looks at.
dispatch::Day rule_day(const OfficeDay&);

}  // namespace outrider::api
