#include "client/office/routes.hpp"

#include "client/office/operations.hpp"

#include <array>

namespace outrider::office {

namespace {

// An operation of ServiceTitan's that needs a token and the app's key: all but the token's own.
constexpr Route titan(std::string_view method, std::string_view pattern, std::string_view operation,
                      http::Response (*answer)(const Call&)) {
    return {method, pattern, operation, Entry::token_and_app_key, answer};
}

constexpr std::array table = {
    Route{"POST", "/connect/token", "tokenCreate", Entry::nothing, token_create},
    titan("POST", "/dispatch/v2/tenant/{tenant}/gps-provider/{gps_provider}/gps-pings",
          "gpsPingsCreate", gps_pings_create),
    // Of the founding documents only: ServiceTitan has no such operation.
    titan("GET", "/dispatch/v2/tenant/{tenant}/gps-pings", "gpsPingsList", gps_pings_list),
    titan("GET", "/dispatch/v2/tenant/{tenant}/appointment-assignments", "assignmentsList",
          assignments_list),
    titan("POST", "/dispatch/v2/tenant/{tenant}/appointment-assignments/assign-technicians",
          "assignmentsAssign", assignments_assign),
    titan("POST", "/dispatch/v2/tenant/{tenant}/appointment-assignments/unassign-technicians",
          "assignmentsUnassign", assignments_unassign),
    titan("GET", "/dispatch/v2/tenant/{tenant}/export/appointment-assignments", "assignmentsExport",
          assignments_export),
    titan("GET", "/dispatch/v2/tenant/{tenant}/technician-shifts", "shiftsList", shifts_list),
    titan("GET", "/dispatch/v2/tenant/{tenant}/technician-tracking", "technicianTrackingGet",
          technician_tracking_get),
    titan("GET", "/jpm/v2/tenant/{tenant}/appointments", "appointmentsList", appointments_list),
    titan("GET", "/jpm/v2/tenant/{tenant}/appointments/{id}", "appointmentsGet", appointments_get),
    titan("GET", "/jpm/v2/tenant/{tenant}/jobs", "jobsList", jobs_list),
    titan("GET", "/jpm/v2/tenant/{tenant}/jobs/{id}", "jobsGet", jobs_get),
    titan("POST", "/jpm/v2/tenant/{tenant}/jobs/{id}/notes", "jobNotesCreate", job_notes_create),
    titan("GET", "/crm/v2/tenant/{tenant}/locations/{id}", "locationsGet", locations_get),
    titan("GET", "/crm/v2/tenant/{tenant}/customers/{id}", "customersGet", customers_get),
    titan("GET", "/settings/v2/tenant/{tenant}/technicians", "techniciansList", technicians_list),
    titan("GET", "/settings/v2/tenant/{tenant}/technicians/{id}", "techniciansGet",
          technicians_get),
    titan("GET", "/payroll/v2/tenant/{tenant}/jobs/timesheets", "jobTimesheetsList",
          job_timesheets_list),
    titan("GET", "/payroll/v2/tenant/{tenant}/jobs/{job}/timesheets", "jobTimesheetsListByJob",
          job_timesheets_list_by_job),
    titan("GET", "/timesheets/v2/tenant/{tenant}/activities", "activitiesList", activities_list),
    titan("POST", "/timesheets/v2/tenant/{tenant}/activities", "activitiesCreate",
          activities_create),
    titan("GET", "/timesheets/v2/tenant/{tenant}/activities/{id}", "activitiesGet", activities_get),
    titan("PUT", "/timesheets/v2/tenant/{tenant}/activities/{id}", "activitiesUpdate",
          activities_update),
    titan("GET", "/timesheets/v2/tenant/{tenant}/activity-types", "activityTypesList",
          activity_types_list),
    titan("GET", "/timesheets/v2/tenant/{tenant}/activity-types/{id}", "activityTypesGet",
          activity_types_get),
    Route{"POST", "/office/v1/actions", "officeActions", Entry::token, office_actions},
    Route{"GET", "/office/v1/technicians/{id}", "officeTechnician", Entry::token,
          office_technician},
    Route{"POST", "/office/v1/estimates", "officeEstimates", Entry::token, office_estimates},
    // For customers: the link is the secret.
    Route{"GET", "/office/v1/tracking/{token}", "officeTracking", Entry::nothing, office_tracking},
};

}  // namespace

std::span<const Route> routes() { return table; }

}  // namespace outrider::office
