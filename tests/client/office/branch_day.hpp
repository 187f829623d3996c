#pragma once
// The day that the literal messages in tests/data/servicetitan speak of.

#include "tests/client/office/branch.hpp"

namespace outrider::test {

inline Instant at(std::string_view time) { return *parse_rfc3339(time); }

struct BranchDay : Branch {
    BranchDay() {
        technician(21, "Ana Ruiz");
        technician(22, "Ben Okafor");
        for (const Id id : {301, 302, 303}) place(id);
        visit(811, job(701, 301), {21, 22});
        visit(812, job(702, 302), {22, 21});
        visit(813, 701, {21});
        visit(814, job(703, 303), {});
        visit(815, 702, {});
        types();
        office::Activity activity;
        activity.id = 91;
        activity.employee = 21;
        activity.type = 62;
        activity.start = at("2026-03-02T15:00:00Z");
        activity.end = at("2026-03-02T15:30:00Z");
        activity.job = 701;
        add(activity);
        office::Shift shift;
        shift.id = 501;
        shift.technician = 21;
        shift.title = "Day";
        shift.start = books.midnight() + std::chrono::hours(8);
        shift.end = books.midnight() + std::chrono::minutes(16 * 60 + 30);
        add(shift);
    }
    // Customer 301 at location 401, and so on; 402 has no coordinates.
    void place(Id customer) {
        office::Customer row;
        row.id = customer;
        row.name = "Åsa Lindqvist & Söner";
        row.address.street = "12 Elm St";
        add(row);
        office::Location location;
        location.id = customer + 100;
        location.customer = customer;
        location.address = row.address;
        if (customer != 302) {
            location.address.latitude = 37.386051;
            location.address.longitude = -122.083855;
        }
        add(location);
    }
    Id job(Id id, Id customer) {
        office::Job row;
        row.id = id;
        row.number = "100" + std::to_string(id);
        row.customer = customer;
        row.location = customer + 100;
        row.summary = id == 701 ? "<p>No heat &amp; <b>no hot water</b>.</p>" : "";
        row.priority = id == 701 ? "High" : "Normal";
        if (id == 703) row.standing = dispatch::Standing::canceled;
        return add(row).id;
    }
    void visit(Id id, Id job, const std::vector<Id>& crew) {
        office::Appointment row = Firm::get<office::Appointment>(appointment(id, job, crew));
        row.start = at("2026-03-02T16:00:00Z") + std::chrono::hours(id - 811);
        row.end = row.start + std::chrono::hours(1);
        if (id == 811) {
            row.window_start = row.start;
            row.window_end = row.start + std::chrono::minutes(90);
            row.instructions = "Ring twice.\nThe dog is friendly.\r\nBack gate: 4711.";
        }
        if (id == 815) row.standing = dispatch::Standing::on_hold;
        if (id == 814) row.standing = dispatch::Standing::canceled;
        add(row);
    }
    void types() {
        const std::vector<std::vector<std::string>> rows = {{"Travel", "Require", "Dispatched"},
                                                            {"On job", "Allow", "Working"},
                                                            {"Lunch", "DoNotAllow", "Meal"}};
        Id id = 61;
        for (const auto& row : rows) {
            office::ActivityType type;
            type.id = id++;
            type.code = row[0];
            type.job_association = row[1];
            type.displayed_status = row[2];
            add(type);
        }
    }
};

}  // namespace outrider::test
