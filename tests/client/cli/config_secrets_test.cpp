// A secret belongs into a file of its own; here somebody has written it into the configuration.

#include "client/cli/config.hpp"
#include "tests/support/result.hpp"
#include "tests/support/temporary_directory.hpp"

#include <doctest/doctest.h>

#include <fstream>

using namespace outrider;
using namespace outrider::cli;

TEST_CASE("a secret that stands where its file's path belongs is not repeated") {
    const test::TemporaryDirectory directory;
    const std::string file = directory.file("outrider.toml");
    for (const char* text :
         {"client_secret_file = \"cs1.hush\"\n", "app_key_file = [\"cs1.hush\"]\n",
          "client_secret = \"cs1.hush\"\n", "client_key_file = \"cs1.hush\"\n",
          "[http]\nproxy = \"http://fleet:cs1.hush@proxy\"\n",
          "[http]\nproxy_credentials_file = \"fleet:cs1.hush\"\n"}) {
        CAPTURE(text);
        std::ofstream(file) << "[servicetitan]\n" << text;
        const Configuration configuration = load_configuration(file, Surroundings());
        std::string told = show(configuration, Origins::shown);
        for (const auto& problem : configuration.problems) told += to_string(problem) + "\n";
        CHECK(told.find(file + ":") != std::string::npos);
        CHECK(told.find("hush") == std::string::npos);
    }
}
