#include "client/office/migrations.hpp"

#include <array>
#include <utility>

namespace outrider::office {

namespace {

constexpr const char* archive = R"sql(
    CREATE TABLE requests (
        id INTEGER PRIMARY KEY, received INTEGER NOT NULL, pings INTEGER NOT NULL);
    CREATE TABLE pings (
        arrival INTEGER PRIMARY KEY, external_id TEXT NOT NULL UNIQUE, unit TEXT NOT NULL,
        event_time INTEGER NOT NULL, latitude REAL, longitude REAL, speed REAL,
        json TEXT NOT NULL, received INTEGER NOT NULL, request INTEGER NOT NULL,
        repeats INTEGER NOT NULL DEFAULT 0, altered INTEGER NOT NULL DEFAULT 0);
    CREATE INDEX pings_by_unit ON pings (unit, event_time);
    CREATE TABLE failures (
        id INTEGER PRIMARY KEY, external_id TEXT NOT NULL, words TEXT NOT NULL,
        json TEXT NOT NULL, received INTEGER NOT NULL, request INTEGER NOT NULL);
    CREATE TABLE units (
        id TEXT PRIMARY KEY, name TEXT NOT NULL, event_time INTEGER NOT NULL,
        latitude REAL, longitude REAL, speed REAL) WITHOUT ROWID;
)sql";

// Every row of the company carries the number of the change that made it what it is: `revision`
// rises by one with each, so that "all since" has an exact answer whatever the clock did.
constexpr const char* company = R"sql(
    CREATE TABLE house (
        id INTEGER PRIMARY KEY CHECK (id = 1), revision INTEGER NOT NULL, newest INTEGER NOT NULL,
        channel TEXT NOT NULL, template TEXT NOT NULL, limited INTEGER NOT NULL,
        arrival_tracking INTEGER NOT NULL, arrive_by_gps INTEGER NOT NULL);
    INSERT INTO house VALUES (
        1, 0, 0, 'off', 'Hello {customer}, {technician} is on the way to {address}.', 1, 0, 0);
    CREATE TABLE technicians (
        id INTEGER PRIMARY KEY, user INTEGER NOT NULL, name TEXT NOT NULL, unit TEXT NOT NULL,
        checked_in INTEGER, may_dispatch INTEGER NOT NULL, may_arrive INTEGER NOT NULL,
        may_pause INTEGER NOT NULL, job_filter TEXT NOT NULL, rating REAL, active INTEGER NOT NULL,
        created INTEGER NOT NULL, modified INTEGER NOT NULL, revision INTEGER NOT NULL);
    CREATE INDEX technicians_by_unit ON technicians (unit);
    CREATE TABLE customers (
        id INTEGER PRIMARY KEY, name TEXT NOT NULL, type TEXT NOT NULL,
        street TEXT NOT NULL, unit TEXT NOT NULL, city TEXT NOT NULL, state TEXT NOT NULL,
        zip TEXT NOT NULL, country TEXT NOT NULL, latitude REAL, longitude REAL,
        active INTEGER NOT NULL,
        created INTEGER NOT NULL, modified INTEGER NOT NULL, revision INTEGER NOT NULL);
    CREATE TABLE locations (
        id INTEGER PRIMARY KEY, customer INTEGER NOT NULL, name TEXT NOT NULL,
        street TEXT NOT NULL, unit TEXT NOT NULL, city TEXT NOT NULL, state TEXT NOT NULL,
        zip TEXT NOT NULL, country TEXT NOT NULL, latitude REAL, longitude REAL,
        verified INTEGER NOT NULL, active INTEGER NOT NULL,
        created INTEGER NOT NULL, modified INTEGER NOT NULL, revision INTEGER NOT NULL);
    CREATE TABLE jobs (
        id INTEGER PRIMARY KEY, number TEXT NOT NULL, summary TEXT NOT NULL,
        customer INTEGER NOT NULL, location INTEGER NOT NULL, job_type INTEGER NOT NULL,
        business_unit INTEGER NOT NULL, priority TEXT NOT NULL, standing TEXT NOT NULL,
        begun INTEGER NOT NULL, completed INTEGER, notify INTEGER NOT NULL, status TEXT NOT NULL,
        created INTEGER NOT NULL, modified INTEGER NOT NULL, revision INTEGER NOT NULL);
    CREATE INDEX jobs_by_location ON jobs (location);
    CREATE TABLE appointments (
        id INTEGER PRIMARY KEY, job INTEGER NOT NULL, number TEXT NOT NULL,
        start INTEGER NOT NULL, "end" INTEGER NOT NULL, window_start INTEGER, window_end INTEGER,
        instructions TEXT NOT NULL, standing TEXT NOT NULL, confirmed INTEGER NOT NULL,
        unused INTEGER NOT NULL, status TEXT NOT NULL, active INTEGER NOT NULL,
        created INTEGER NOT NULL, modified INTEGER NOT NULL, revision INTEGER NOT NULL);
    CREATE INDEX appointments_by_job ON appointments (job);
    CREATE INDEX appointments_by_start ON appointments (start);
    CREATE TABLE assignments (
        id INTEGER PRIMARY KEY, technician INTEGER NOT NULL, appointment INTEGER NOT NULL,
        job INTEGER NOT NULL, status TEXT NOT NULL, paused INTEGER NOT NULL,
        assigned_by INTEGER NOT NULL, assigned INTEGER NOT NULL, active INTEGER NOT NULL,
        created INTEGER NOT NULL, modified INTEGER NOT NULL, revision INTEGER NOT NULL);
    CREATE UNIQUE INDEX crews ON assignments (appointment, technician) WHERE active;
    CREATE INDEX assignments_by_technician ON assignments (technician, status) WHERE active;
    CREATE INDEX assignments_by_revision ON assignments (revision);
    CREATE TABLE shifts (
        id INTEGER PRIMARY KEY, technician INTEGER NOT NULL, type TEXT NOT NULL,
        title TEXT NOT NULL, note TEXT, start INTEGER NOT NULL, "end" INTEGER NOT NULL,
        timesheet_code INTEGER, active INTEGER NOT NULL,
        created INTEGER NOT NULL, modified INTEGER NOT NULL, revision INTEGER NOT NULL);
    CREATE TABLE activity_types (
        id INTEGER PRIMARY KEY, code TEXT NOT NULL, category INTEGER NOT NULL, description TEXT,
        job_association TEXT NOT NULL, memo_association TEXT NOT NULL,
        displayed_status TEXT NOT NULL, active INTEGER NOT NULL,
        created INTEGER NOT NULL, modified INTEGER NOT NULL, revision INTEGER NOT NULL);
    CREATE TABLE activities (
        id INTEGER PRIMARY KEY, employee INTEGER NOT NULL, employee_type TEXT NOT NULL,
        type INTEGER NOT NULL, start INTEGER NOT NULL, "end" INTEGER, job INTEGER,
        appointment INTEGER, memo TEXT, rest TEXT NOT NULL, modified_by INTEGER,
        active INTEGER NOT NULL,
        created INTEGER NOT NULL, modified INTEGER NOT NULL, revision INTEGER NOT NULL);
    CREATE INDEX activities_by_employee ON activities (employee, start);
    CREATE TABLE job_timesheets (
        id INTEGER PRIMARY KEY, job INTEGER NOT NULL, appointment INTEGER NOT NULL,
        technician INTEGER NOT NULL, dispatched INTEGER, arrived INTEGER, canceled INTEGER,
        done INTEGER, active INTEGER NOT NULL,
        created INTEGER NOT NULL, modified INTEGER NOT NULL, revision INTEGER NOT NULL);
    CREATE INDEX job_timesheets_by_job ON job_timesheets (job);
    CREATE INDEX job_timesheets_by_appointment ON job_timesheets (appointment, technician);
    CREATE TABLE actions (
        id INTEGER PRIMARY KEY, action TEXT NOT NULL, received INTEGER NOT NULL,
        by_office INTEGER NOT NULL, carried_out INTEGER NOT NULL, repeats INTEGER NOT NULL,
        move TEXT NOT NULL, answer TEXT NOT NULL);
    CREATE UNIQUE INDEX actions_carried_out ON actions (action) WHERE carried_out;
    CREATE TABLE notifications (
        id INTEGER PRIMARY KEY, at INTEGER NOT NULL, happened INTEGER NOT NULL,
        technician INTEGER NOT NULL, appointment INTEGER NOT NULL, job INTEGER NOT NULL,
        customer INTEGER NOT NULL, location INTEGER NOT NULL, channel TEXT NOT NULL,
        text TEXT NOT NULL, action TEXT NOT NULL, revision INTEGER NOT NULL);
    CREATE INDEX notifications_by_place ON notifications (location, customer, at);
    CREATE TABLE tracking (
        token TEXT PRIMARY KEY, technician INTEGER NOT NULL, appointment INTEGER NOT NULL,
        UNIQUE (technician, appointment)) WITHOUT ROWID;
)sql";

constexpr const char* job_notes = R"sql(
    CREATE TABLE job_notes (
        id INTEGER PRIMARY KEY, job INTEGER NOT NULL, text TEXT NOT NULL, pinned INTEGER NOT NULL,
        created INTEGER NOT NULL, created_by INTEGER NOT NULL);
    CREATE INDEX job_notes_by_job ON job_notes (job);
)sql";

// A unit's position is written with nearly every ping: where it lies in the file, by a number. And
// an index of all pings by their units costs a third of keeping them: Archive::track makes it.
constexpr const char* units = R"sql(
    DROP INDEX pings_by_unit;
    ALTER TABLE units RENAME TO units_before;
    CREATE TABLE units (
        number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, name TEXT NOT NULL,
        event_time INTEGER NOT NULL, latitude REAL, longitude REAL, speed REAL);
    INSERT INTO units (id, name, event_time, latitude, longitude, speed)
        SELECT id, name, event_time, latitude, longitude, speed FROM units_before;
    DROP TABLE units_before;
)sql";

constexpr std::array migrations = {offline::Migration{1, archive}, offline::Migration{2, company},
                                   offline::Migration{3, job_notes}, offline::Migration{4, units}};

}  // namespace

Result<std::unique_ptr<offline::Database>> open_database(const std::string& path) {
    offline::DatabaseOptions options;
    options.path = path;
    options.page_size = 4096;
    options.wal_bytes = 8 * 1024 * 1024;
    auto database = offline::Database::open(options, migrations);
    if (!database) return database.error();
    return std::make_unique<offline::Database>(std::move(*database));
}

}  // namespace outrider::office
