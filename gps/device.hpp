#pragma once
// The path of a receiver, as gpsd writes it, or empty. A fix is copied several times while it is
// judged, and a path such as /dev/serial/by-id/... has no room in a small string: copies share it.

#include <memory>
#include <string>
#include <string_view>

namespace outrider::gps {

class Device {
public:
    Device() = default;
    Device(std::string_view path)
        : path_(path.empty() ? nullptr : std::make_shared<const std::string>(path)) {}
    Device(const std::string& path) : Device(std::string_view(path)) {}
    Device(const char* path) : Device(std::string_view(path)) {}

    const std::string& path() const {
        static const std::string none;
        return path_ ? *path_ : none;
    }
    bool empty() const { return !path_; }

    friend bool operator==(const Device& a, const Device& b) {
        return a.path_ == b.path_ || a.path() == b.path();
    }

private:
    std::shared_ptr<const std::string> path_;
};

}  // namespace outrider::gps
