#pragma once
// How the company's rows lie in their tables; only for the sources behind Books.

#include "client/office/company.hpp"
#include "offline/database.hpp"

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace outrider::office {

template <class Row>
constexpr std::string_view table = "";
template <>
inline constexpr std::string_view table<Technician> = "technicians";
template <>
inline constexpr std::string_view table<Customer> = "customers";
template <>
inline constexpr std::string_view table<Location> = "locations";
template <>
inline constexpr std::string_view table<Job> = "jobs";
template <>
inline constexpr std::string_view table<Appointment> = "appointments";
template <>
inline constexpr std::string_view table<Assignment> = "assignments";
template <>
inline constexpr std::string_view table<Shift> = "shifts";
template <>
inline constexpr std::string_view table<ActivityType> = "activity_types";
template <>
inline constexpr std::string_view table<Activity> = "activities";
template <>
inline constexpr std::string_view table<JobTimesheet> = "job_timesheets";

// Each row's columns stand once, in a function `columns(walk, row)`; Names, Binding and Reading
// walk them in the same order.
void columns(auto& walk, Technician& row) {
    walk("user", row.user);
    walk("name", row.name);
    walk("unit", row.unit);
    walk("checked_in", row.checked_in);
    walk("may_dispatch", row.may_dispatch);
    walk("may_arrive", row.may_arrive);
    walk("may_pause", row.may_pause);
    walk("job_filter", row.job_filter);
    walk("rating", row.rating);
    walk("active", row.active);
}
void columns(auto& walk, Address& row) {
    walk("street", row.street);
    walk("unit", row.unit);
    walk("city", row.city);
    walk("state", row.state);
    walk("zip", row.zip);
    walk("country", row.country);
    walk("latitude", row.latitude);
    walk("longitude", row.longitude);
}
void columns(auto& walk, Customer& row) {
    walk("name", row.name);
    walk("type", row.type);
    columns(walk, row.address);
    walk("active", row.active);
}
void columns(auto& walk, Location& row) {
    walk("customer", row.customer);
    walk("name", row.name);
    columns(walk, row.address);
    walk("verified", row.verified);
    walk("active", row.active);
}
void columns(auto& walk, Job& row) {
    walk("number", row.number);
    walk("summary", row.summary);
    walk("customer", row.customer);
    walk("location", row.location);
    walk("job_type", row.job_type);
    walk("business_unit", row.business_unit);
    walk("priority", row.priority);
    walk("standing", row.standing);
    walk("begun", row.begun);
    walk("completed", row.completed);
    walk("notify", row.notify);
    walk("status", row.status);
}
void columns(auto& walk, Appointment& row) {
    walk("job", row.job);
    walk("number", row.number);
    walk("start", row.start);
    walk("\"end\"", row.end);
    walk("window_start", row.window_start);
    walk("window_end", row.window_end);
    walk("instructions", row.instructions);
    walk("standing", row.standing);
    walk("confirmed", row.confirmed);
    walk("unused", row.unused);
    walk("status", row.status);
    walk("active", row.active);
}
void columns(auto& walk, Assignment& row) {
    walk("technician", row.technician);
    walk("appointment", row.appointment);
    walk("job", row.job);
    walk("status", row.status);
    walk("paused", row.paused);
    walk("assigned_by", row.assigned_by);
    walk("assigned", row.assigned);
    walk("active", row.active);
    walk.only_read("(SELECT name FROM technicians WHERE technicians.id = technician)",
                   row.technician_name);
}
void columns(auto& walk, Shift& row) {
    walk("technician", row.technician);
    walk("type", row.type);
    walk("title", row.title);
    walk("note", row.note);
    walk("start", row.start);
    walk("\"end\"", row.end);
    walk("timesheet_code", row.timesheet_code);
    walk("active", row.active);
}
void columns(auto& walk, ActivityType& row) {
    walk("code", row.code);
    walk("category", row.category);
    walk("description", row.description);
    walk("job_association", row.job_association);
    walk("memo_association", row.memo_association);
    walk("displayed_status", row.displayed_status);
    walk("active", row.active);
}
void columns(auto& walk, Activity& row) {
    walk("employee", row.employee);
    walk("employee_type", row.employee_type);
    walk("type", row.type);
    walk("start", row.start);
    walk("\"end\"", row.end);
    walk("job", row.job);
    walk("appointment", row.appointment);
    walk("memo", row.memo);
    walk("rest", row.rest);
    walk("modified_by", row.modified_by);
    walk("active", row.active);
}
void columns(auto& walk, JobTimesheet& row) {
    walk("job", row.job);
    walk("appointment", row.appointment);
    walk("technician", row.technician);
    walk("dispatched", row.dispatched);
    walk("arrived", row.arrived);
    walk("canceled", row.canceled);
    walk("done", row.done);
    walk("active", row.active);
}
void stamp_columns(auto& walk, Stamp& stamp) {
    walk("created", stamp.created);
    walk("modified", stamp.modified);
    walk("revision", stamp.revision);
}

// Every row of the company but its id, which comes first.
void all_columns(auto& walk, auto& row) {
    columns(walk, row);
    stamp_columns(walk, row.stamp);
}

class Names {
public:
    void operator()(std::string_view name, const auto&) {
        add(name);
        places_ += ", ?";
    }
    void only_read(std::string_view expression, const auto&) {
        if (reading_) add(expression);
    }
    static Names to_read() { return Names(true); }
    static Names to_write() { return Names(false); }
    const std::string& list() const { return list_; }
    const std::string& places() const { return places_; }

private:
    explicit Names(bool reading) : reading_(reading) {}
    void add(std::string_view name) {
        list_ += ", ";
        list_ += name;
    }
    bool reading_;
    std::string list_ = "id", places_ = "?";
};

template <class Enum>
std::optional<Enum> enum_of(std::string_view word, int count) {
    for (int i = 0; i < count; ++i) {
        if (name(static_cast<Enum>(i)) == word) return static_cast<Enum>(i);
    }
    return std::nullopt;
}
std::optional<dispatch::Status> status_of(std::string_view word);
std::optional<dispatch::Standing> standing_of(std::string_view word);

class Binding {
public:
    explicit Binding(offline::Statement& statement) : statement_(statement) {}
    template <class T>
    void operator()(std::string_view, const T& value) {
        bind(++index_, value);
    }
    void only_read(std::string_view, const auto&) {}

private:
    void bind(int index, std::int64_t value) { statement_.bind(index, value); }
    void bind(int index, bool value) { statement_.bind(index, std::int64_t{value ? 1 : 0}); }
    void bind(int index, double value) { statement_.bind(index, value); }
    void bind(int index, const std::string& value) {
        statement_.bind(index, std::string_view(value));
    }
    void bind(int index, Instant value) { statement_.bind(index, value); }
    void bind(int index, dispatch::Status value) { statement_.bind(index, name(value)); }
    void bind(int index, dispatch::Standing value) { statement_.bind(index, name(value)); }
    template <class T>
    void bind(int index, const std::optional<T>& value) {
        if (value) {
            bind(index, *value);
        } else {
            statement_.bind_null(index);
        }
    }
    offline::Statement& statement_;
    int index_ = 0;
};

class Reading {
public:
    explicit Reading(const offline::Statement& statement) : statement_(statement) {}
    template <class T>
    void operator()(std::string_view, T& value) {
        read(column_++, value);
    }
    void only_read(std::string_view name, auto& value) { (*this)(name, value); }

private:
    void read(int column, std::int64_t& value) { value = statement_.integer(column); }
    void read(int column, bool& value) { value = statement_.integer(column) != 0; }
    void read(int column, double& value) { value = statement_.real(column); }
    void read(int column, std::string& value) { value = statement_.text(column); }
    void read(int column, Instant& value) { value = statement_.instant(column); }
    void read(int column, dispatch::Status& value) {
        value = status_of(statement_.text(column)).value_or(value);
    }
    void read(int column, dispatch::Standing& value) {
        value = standing_of(statement_.text(column)).value_or(value);
    }
    template <class T>
    void read(int column, std::optional<T>& value) {
        value.reset();
        if (!statement_.null(column)) read(column, value.emplace());
    }
    const offline::Statement& statement_;
    int column_ = 0;
};

// "SELECT id, ... FROM ... ", to be followed by WHERE or ORDER BY.
template <class Row>
const std::string& select() {
    static const std::string text = [] {
        Names names = Names::to_read();
        Row row;
        all_columns(names, row);
        return "SELECT " + names.list() + " FROM " + std::string(table<Row>) + " ";
    }();
    return text;
}

template <class Row>
Row read_row(const offline::Statement& statement) {
    Row row;
    Reading reading(statement);
    reading("id", row.id);
    all_columns(reading, row);
    return row;
}

template <class Row>
Result<std::vector<Row>> read_rows(offline::Statement& statement) {
    std::vector<Row> rows;
    for (;;) {
        const auto more = statement.step();
        if (!more) return more.error();
        if (!*more) return rows;
        rows.push_back(read_row<Row>(statement));
    }
}

template <class Row, class... Values>
Result<std::vector<Row>> rows_where(offline::Database& database, std::string_view rest,
                                    const Values&... values) {
    const auto statement = database.query(select<Row>() + std::string(rest), values...);
    if (!statement) return statement.error();
    return read_rows<Row>(**statement);
}

template <class Row>
Result<std::optional<Row>> first_of(Result<std::vector<Row>> rows) {
    if (!rows) return rows.error();
    if (rows->empty()) return std::optional<Row>();
    return std::optional<Row>(std::move(rows->front()));
}

}  // namespace outrider::office
