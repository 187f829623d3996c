#pragma once
// What the office does for each operation; by name they are the OpenAPI document's operationIds.

#include "client/office/call.hpp"

namespace outrider::office {

http::Response token_create(const Call&);

http::Response gps_pings_create(const Call&);
http::Response gps_pings_list(const Call&);

http::Response assignments_list(const Call&);
http::Response assignments_assign(const Call&);
http::Response assignments_unassign(const Call&);
http::Response assignments_export(const Call&);

http::Response appointments_list(const Call&);
http::Response appointments_get(const Call&);
http::Response jobs_list(const Call&);
http::Response jobs_get(const Call&);
http::Response job_notes_create(const Call&);

http::Response locations_get(const Call&);
http::Response customers_get(const Call&);

http::Response technicians_list(const Call&);
http::Response technicians_get(const Call&);
http::Response technician_tracking_get(const Call&);
http::Response shifts_list(const Call&);

http::Response job_timesheets_list(const Call&);
http::Response job_timesheets_list_by_job(const Call&);
http::Response activities_list(const Call&);
http::Response activities_create(const Call&);
http::Response activities_get(const Call&);
http::Response activities_update(const Call&);
http::Response activity_types_list(const Call&);
http::Response activity_types_get(const Call&);

// Ours: /office/v1/...
http::Response office_actions(const Call&);
http::Response office_technician(const Call&);
http::Response office_estimates(const Call&);
http::Response office_tracking(const Call&);

}  // namespace outrider::office
