// The company's lists as ServiceTitan's operations ask for them.

#include "client/office/books.hpp"

#include "client/office/rows.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <variant>

namespace outrider::office {

namespace {

// Conditions of one list, each for as far as its bound is given.
class Where {
public:
    explicit Where(std::string_view table) : table_(table) {}
    // `condition` has a "?" for the value.
    Where& number(std::string_view condition, Id value) {
        return value == 0 ? *this : add(condition, value);
    }
    Where& text(std::string_view condition, const std::string& value) {
        return value.empty() ? *this : add(condition, value);
    }
    Where& time(std::string_view condition, std::optional<Instant> value) {
        return value ? add(condition, *value) : *this;
    }
    Where& flag(std::string_view condition, std::optional<bool> value) {
        return value ? add(condition, Id{*value ? 1 : 0}) : *this;
    }
    Where& contains(std::string_view column, const std::string& part) {
        return text(fmt::format("instr(lower({}), lower(?)) > 0", column), part);
    }
    Where& one_of(std::string_view column, const std::vector<Id>& ids) {
        if (ids.empty()) return *this;
        begin_condition();
        sql_ += fmt::format("{} IN (", column);
        for (std::size_t i = 0; i < ids.size(); ++i) {
            sql_ += i == 0 ? "?" : ", ?";
            values_.emplace_back(ids[i]);
        }
        sql_ += ')';
        return *this;
    }
    Where& active(Active wanted) {
        return wanted == Active::any ? *this : add("active = ?", Id{wanted == Active::yes ? 1 : 0});
    }
    Where& audit(const Audit& bounds) {
        return time("created >= ?", bounds.created_from)
            .time("created < ?", bounds.created_before)
            .time("modified >= ?", bounds.modified_from)
            .time("modified < ?", bounds.modified_before);
    }

    template <class Row>
    Result<Listed<Row>> list(offline::Database& database, const Page& page) const {
        Listed<Row> listed;
        if (page.count) {
            const auto total = count(database);
            if (!total) return total.error();
            listed.total = *total;
        }
        const auto size = std::int64_t{std::clamp(page.size, 1, most)};
        const auto skipped = std::int64_t{std::max(page.number, 1) - 1} * size;
        const std::string sql =
            fmt::format("{}{} ORDER BY {} LIMIT ? OFFSET ?", select<Row>(), sql_, order(page));
        const auto statement = database.shaped(sql);
        if (!statement) return statement.error();
        const int last = bind_all(**statement);
        (*statement)->bind(last + 1, size + 1).bind(last + 2, skipped);
        auto rows = read_rows<Row>(**statement);
        if (!rows) return rows.error();
        listed.rows = std::move(*rows);
        listed.more = listed.rows.size() > static_cast<std::size_t>(size);
        if (listed.more) listed.rows.pop_back();
        return listed;
    }

private:
    static constexpr int most = 5000;  // of a page: the partner portal's figure

    void begin_condition() { sql_ += sql_.empty() ? " WHERE " : " AND "; }
    template <class Value>
    Where& add(std::string_view condition, const Value& value) {
        begin_condition();
        sql_ += condition;
        // A condition may ask for the same value more than once.
        const auto places = std::count(condition.begin(), condition.end(), '?');
        for (auto i = places; i > 0; --i) values_.emplace_back(value);
        return *this;
    }
    // The last index it has bound.
    int bind_all(offline::Statement& statement) const {
        int index = 0;
        for (const auto& value : values_) {
            ++index;
            std::visit([&](const auto& each) { statement.bind(index, each); }, value);
        }
        return index;
    }
    Result<std::int64_t> count(offline::Database& database) const {
        const auto statement =
            database.shaped(fmt::format("SELECT count(*) FROM {}{}", table_, sql_));
        if (!statement) return statement.error();
        bind_all(**statement);
        const auto row = (*statement)->step();
        if (!row) return row.error();
        const std::int64_t found = (*statement)->integer(0);
        (*statement)->reset();
        return found;
    }
    static std::string order(const Page& page) {
        constexpr std::string_view urgency =
            "CASE priority WHEN 'Low' THEN 0 WHEN 'Normal' THEN 1 WHEN 'High' THEN 2 ELSE 3 END";
        const std::string_view way = page.descending ? " DESC" : "";
        switch (page.order) {
            case Page::Order::id: break;
            case Page::Order::created: return fmt::format("created{0}, id{0}", way);
            case Page::Order::modified: return fmt::format("modified{0}, revision{0}", way);
            case Page::Order::priority: return fmt::format("{0}{1}, id{1}", urgency, way);
        }
        return fmt::format("id{}", way);
    }

    std::string_view table_;
    std::string sql_;
    std::vector<std::variant<std::int64_t, std::string_view, Instant>> values_;
};

}  // namespace

Result<Listed<Assignment>> Books::assignments(const AssignmentFilter& filter) {
    return Where("assignments")
        .one_of("id", filter.ids)
        .one_of("appointment", filter.appointments)
        .number("job = ?", filter.job)
        .active(filter.active)
        .audit(filter.audit)
        .list<Assignment>(database_, filter.page);
}

Result<Listed<Appointment>> Books::appointments(const AppointmentFilter& filter) {
    Where where("appointments");
    where.one_of("id", filter.ids)
        .number("job = ?", filter.job)
        .number(
            "EXISTS (SELECT 1 FROM assignments WHERE assignments.active AND "
            "assignments.appointment = appointments.id AND technician = ?)",
            filter.technician)
        .number("(SELECT customer FROM jobs WHERE jobs.id = job) = ?", filter.customer)
        .text("number = ?", filter.number)
        .text("status = ?", filter.status)
        .time("start >= ?", filter.starts_from)
        .time("start < ?", filter.starts_before)
        .flag("unused = ?", filter.unused)
        .active(filter.active)
        .audit(filter.audit);
    return where.list<Appointment>(database_, filter.page);
}

Result<Listed<Job>> Books::jobs(const JobFilter& filter) {
    constexpr std::string_view its =
        "EXISTS (SELECT 1 FROM appointments WHERE "
        "appointments.active AND appointments.job = jobs.id AND ";
    const auto of_appointments = [&](std::string_view condition) {
        return fmt::format("{}{})", its, condition);
    };
    Where where("jobs");
    where.one_of("id", filter.ids)
        .number(
            "EXISTS (SELECT 1 FROM assignments WHERE assignments.active AND "
            "assignments.job = jobs.id AND technician = ?)",
            filter.technician)
        .number("customer = ?", filter.customer)
        .number("location = ?", filter.location)
        .number("business_unit = ?", filter.business_unit)
        .number("job_type = ?", filter.job_type)
        .text("number = ?", filter.number)
        // ServiceTitan's filter knows a job as Dispatched, too: in progress, and nobody there yet.
        .text(
            "CASE ? WHEN 'Dispatched' THEN status = 'InProgress' AND EXISTS (SELECT 1 FROM "
            "appointments WHERE job = jobs.id AND appointments.status = 'Dispatched') "
            "ELSE status = ? END",
            filter.status)
        .text(of_appointments("appointments.status = ?"), filter.appointment_status)
        .text("priority = ?", filter.priority)
        .time(of_appointments("start >= ?"), filter.appointment_starts_from)
        .time(of_appointments("start < ?"), filter.appointment_starts_before)
        .time("completed >= ?", filter.completed_from)
        .time("completed < ?", filter.completed_before)
        .audit(filter.audit);
    return where.list<Job>(database_, filter.page);
}

Result<Listed<Shift>> Books::shifts(const ShiftFilter& filter) {
    return Where("shifts")
        .number("technician = ?", filter.technician)
        .text("type = ?", filter.type)
        .contains("title", filter.title_contains)
        .contains("note", filter.note_contains)
        .time("start >= ?", filter.starts_from)
        .time("\"end\" <= ?", filter.ends_by)
        .active(filter.active)
        .audit(filter.audit)
        .list<Shift>(database_, filter.page);
}

Result<Listed<Technician>> Books::technicians(const TechnicianFilter& filter) {
    return Where("technicians")
        .one_of("id", filter.ids)
        .one_of("user", filter.users)
        .contains("name", filter.name_contains)
        .active(filter.active)
        .audit(filter.audit)
        .list<Technician>(database_, filter.page);
}

Result<Listed<JobTimesheet>> Books::job_timesheets(const TimesheetFilter& filter) {
    return Where("job_timesheets")
        .one_of("job", filter.jobs)
        .number("technician = ?", filter.technician)
        .time("(dispatched > ? OR arrived > ? OR canceled > ? OR done > ?)", filter.any_time_after)
        .time("(dispatched < ? OR arrived < ? OR canceled < ? OR done < ?)", filter.any_time_before)
        .active(filter.active)
        .audit(filter.audit)
        .list<JobTimesheet>(database_, filter.page);
}

Result<Listed<Activity>> Books::activities(const ActivityFilter& filter) {
    return Where("activities")
        .active(filter.active)
        .audit(filter.audit)
        .list<Activity>(database_, filter.page);
}

Result<Listed<ActivityType>> Books::activity_types(const ActivityFilter& filter) {
    return Where("activity_types")
        .active(filter.active)
        .audit(filter.audit)
        .list<ActivityType>(database_, filter.page);
}

Result<std::vector<Assignment>> Books::assignments_after(std::int64_t revision, Instant since,
                                                         Active active, std::size_t limit) {
    const std::int64_t wanted = active == Active::any ? 2 : active == Active::yes ? 1 : 0;
    return rows_where<Assignment>(
        database_,
        "WHERE revision > ?1 AND modified >= ?2 AND (?3 = 2 OR active = ?3) ORDER BY revision "
        "LIMIT ?4",
        revision, since, wanted, static_cast<std::int64_t>(limit));
}

Result<std::vector<JobTimesheet>> Books::job_timesheets_after(std::int64_t revision, Instant since,
                                                              std::size_t limit) {
    return rows_where<JobTimesheet>(
        database_, "WHERE revision > ? AND modified >= ? ORDER BY revision LIMIT ?", revision,
        since, static_cast<std::int64_t>(limit));
}

}  // namespace outrider::office
