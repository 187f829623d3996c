#include "client/office/call.hpp"

namespace outrider::office {

http::Response invalid(const Call& call, const FieldErrors& errors) {
    return problem(400, "One or more validation errors occurred.", errors, call.trace);
}

http::Response refused(const Call& call, int status, std::string_view title) {
    return problem(status, title, {}, call.trace);
}

http::Response broken(const Call& call, const Error& error) {
    return refused(call, 500, error.detail);
}

}  // namespace outrider::office
