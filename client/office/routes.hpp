#pragma once
// Every operation of the office's on its port, by method and path.

#include "client/office/call.hpp"

#include <span>
#include <string_view>

namespace outrider::office {

// What one has to show to be let in.
enum class Entry { nothing, token, token_and_app_key };

struct Route {
    std::string_view method, pattern;  // "{...}" stands for one segment
    std::string_view operation;        // its operationId; ours begin with "office"
    Entry entry;
    http::Response (*answer)(const Call&);
};

std::span<const Route> routes();

}  // namespace outrider::office
