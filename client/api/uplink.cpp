#include "client/api/uplink.hpp"

namespace outrider::api {

Async<Result<std::vector<std::int64_t>>> Uplink::held(std::span<const offline::Envelope>) {
    co_return std::vector<std::int64_t>();
}

}  // namespace outrider::api
