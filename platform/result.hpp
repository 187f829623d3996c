#pragma once
// How a call that can fail says so.

#include <boost/system/result.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace outrider {

// What the caller can do about a failure; nothing finer has ever changed a decision.
enum class Fault {
    cancelled,     // we asked for it
    unreachable,   // no answer: try again; the request may have been carried out
    busy,          // asked to wait: try again after `wait`
    unauthorised,  // credentials refused
    refused,       // understood and declined: repeating it unchanged is pointless
    malformed,     // the peer, or a file, does not speak our language
    too_large,     // more than a limit of ours or of the peer's allows
    storage,       // the disk let us down
};

// The fault's name as it stands in logs and JSON: "unreachable".
std::string_view name(Fault);

struct Error {
    Error(Fault f, std::string why) : fault(f), detail(std::move(why)) {}
    Error() = default;  // what Boost hands out when asked for the error of a success

    Fault fault = Fault::unreachable;
    std::string detail;                        // one sentence: the thing that failed, and the fix
    std::optional<std::chrono::seconds> wait;  // how long the peer asked us to wait
    bool ambiguous = false;                    // the request may have been carried out
};

// Reached only by reading the value of a failed Result: a bug, so it throws std::logic_error.
[[noreturn]] void throw_exception_from_error(const Error&, const boost::source_location&);

// A value or an Error. Result<> says only whether it worked.
template <class T = void>
class [[nodiscard]] Result : public boost::system::result<T, Error> {
public:
    using boost::system::result<T, Error>::result;
};

}  // namespace outrider
