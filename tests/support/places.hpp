#pragma once
// Where the project and what was built of it lie.

#include <string>

namespace outrider::test {

// "tests/data/…": a file of the project.
std::string project_file(const std::string& path);
// "outrider", "tests/tools/feeder": what the build made.
std::string built(const std::string& path);

}  // namespace outrider::test
