#pragma once
// The office's own protocol, plainly not ServiceTitan's: one function for each operation, whoever
// routes to it. What is wrong with a body is told by its member's name, with 400.

#include "client/dispatch/rule.hpp"
#include "client/office/books.hpp"
#include "platform/http.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace outrider::office {

// POST /office/v1/actions: api::Move; 200 with api::Moved, or 409 with the refusal.
http::Response post_action(Books&, dispatch::Who, const http::Request&);
// POST /office/v1/estimates: api::Estimate; 200 with {}, 400 for one told more than a minute ahead
// of the office's clock or whose band is not in order, or 404 for somebody who does not work here.
http::Response post_estimate(Books&, const http::Request&);
// GET /office/v1/technicians/{id}: api::Standing.
http::Response get_technician(Books&, Id);

// The office's only, on its control socket. A refusal is 409, as a move's.
// PATCH /office/v1/appointments/{id}: {"start"?, "end"?, "standing"?: "open" | "on hold"}
http::Response patch_appointment(Books&, Id, const http::Request&);
// PATCH /office/v1/jobs/{id}: {"standing": "open" | "on hold" | "canceled"}
http::Response patch_job(Books&, Id, const http::Request&);
// PATCH /office/v1/technicians/{id}: {"may_dispatch"?, "may_arrive"?, "may_pause"?, "job_filter"?}
http::Response patch_technician(Books&, Id, const http::Request&);
// GET and PUT /office/v1/settings: {"notifications": "off" | "text" | "email", "limit",
// "arrival_tracking", "template", "arrive_by_gps"}; what a PUT leaves out stays.
http::Response get_settings(Books&);
http::Response put_settings(Books&, const http::Request&);
// GET /office/v1/board: {"as_of", "technicians", "appointments", "jobs"}, each with how it stands.
http::Response get_board(Books&);

// The next lines of a log as NDJSON, "" at its end; `after` moves on.
// GET /office/v1/notifications: {id, at, happened, technician, appointment, job, customer,
// channel, text, action}
Result<std::string> notification_lines(Books&, std::int64_t& after);
// GET /office/v1/actions: {id, received, by, carried_out, repeats, move, answer}
Result<std::string> action_lines(Books&, std::int64_t& after);

}  // namespace outrider::office
