#pragma once
// The way to an origin through a proxy: CONNECT (RFC 9110, section 9.3.6).

#include "platform/stream.hpp"

#include <string>

namespace outrider::net {

// The proxy's user and password as "user:password", from a file kept like every secret; "" when
// there is no file. Fault::unauthorised when it cannot be used.
Result<std::string> read_credentials(const Proxy&);

// Asks the proxy at the other end of `stream` for a way to `origin`, whose bytes the stream carries
// from then on. The proxy learns the origin's name and nothing else. Fault::unauthorised when it
// wants (other) credentials; whatever else it answers is unreachable, and named.
Async<Result<>> open_tunnel(Stream& stream, const Proxy& proxy, std::string credentials,
                            const Origin& origin);

}  // namespace outrider::net
