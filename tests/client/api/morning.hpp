#pragma once
// A technician's day at a small tenant, read again and again.

#include "client/api/day_reader.hpp"
#include "tests/client/api/tenant.hpp"
#include "tests/support/result.hpp"

#include <string>
#include <vector>

namespace outrider::api {

inline DeskSettings settings(CheckIn check_in = CheckIn::none) {
    DeskSettings settings;
    settings.tenant = "1000001";
    settings.technician = 21;
    settings.check_in = check_in;
    settings.rights.checked_in = true;
    return settings;
}

// It is 06:30 of 2026-11-21.
struct Morning : test::Tenant {
    DayReader reader;
    OfficeDay day;

    explicit Morning(CheckIn check_in = CheckIn::none) : reader(line, clock, settings(check_in)) {
        add(812, 702, "2026-11-21T11:00:00Z");
        add(811, 701, "2026-11-21T08:00:00Z");
        assignments.push_back({9500, 22, 811, "Working"});
    }
    std::vector<dispatch::Id> owed;
    Result<OfficeDay> try_read() {
        api.forget();
        auto result = clock.run(reader.read(day, owed));
        if (result) day = *result;
        return result;
    }
    void read() {
        const auto result = try_read();
        REQUIRE(result);
    }
    std::vector<dispatch::Id> shown() const {
        std::vector<dispatch::Id> ids;
        for (const Visit& visit : day.visits) ids.push_back(visit.appointment);
        return ids;
    }
    const dispatch::Assignment& mine(dispatch::Id id) const {
        for (const Visit& visit : day.visits) {
            if (visit.appointment == id) return crew_of(visit, 21)->assignment;
        }
        FAIL("not shown");
        return day.visits.front().crew.front().assignment;
    }
};

using Ids = std::vector<dispatch::Id>;
inline const std::vector<std::string> quiet = {"assignmentsExport", "appointmentsList", "jobsList"};

}  // namespace outrider::api
