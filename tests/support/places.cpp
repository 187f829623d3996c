#include "tests/support/places.hpp"

namespace outrider::test {

// Known to this file alone: anywhere else they would keep the compiler cache from serving a second
// clone.
std::string project_file(const std::string& path) { return PROJECT_FOLDER "/" + path; }
std::string built(const std::string& path) { return BUILD_FOLDER "/" + path; }

}  // namespace outrider::test
