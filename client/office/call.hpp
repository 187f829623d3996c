#pragma once
// One request that was let in, and what there is to answer it with.

#include "client/office/archive.hpp"
#include "client/office/books.hpp"
#include "client/office/faults.hpp"
#include "client/office/json.hpp"
#include "client/office/tokens.hpp"

#include <string>
#include <string_view>

namespace outrider::office {

struct Call {
    const http::Request& request;
    std::string_view variable;  // the last of the path's that is not the tenant
    Mode mode;                  // of misbehaving, as far as it concerns what is done
    const OfficeSettings& settings;
    Clock& clock;
    Tokens& tokens;
    Archive& archive;
    Books& books;
    std::string trace;
};

// Refusals in the contract's form.
http::Response invalid(const Call&, const FieldErrors&);  // 400
http::Response refused(const Call&, int status, std::string_view title);
http::Response broken(const Call&, const Error&);  // 500: it is the office's fault

}  // namespace outrider::office
