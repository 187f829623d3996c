#include "client/agent/power.hpp"

#include "tests/client/agent/world.hpp"
#include "tests/support/temporary_directory.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

using namespace outrider;
using namespace outrider::agent;
using namespace outrider::test;
using namespace std::chrono_literals;

namespace {

void write(const std::string& path, const std::string& text) {
    std::filesystem::create_directories(std::filesystem::path(path).parent_path());
    std::ofstream(path) << text;
}

}  // namespace

TEST_SUITE("client/agent/power") {
    TEST_CASE("a configured file tells, and one that is not there tells nothing") {
        const TemporaryDirectory directory;
        PowerSettings settings;
        settings.online_file = directory.file("value");
        CHECK(fed(settings) == std::nullopt);
        write(settings.online_file, "1\n");
        CHECK(fed(settings) == true);
        write(settings.online_file, "0\n");
        CHECK(fed(settings) == false);
    }

    TEST_CASE("of the kernel's supplies mains and USB count, batteries do not") {
        const TemporaryDirectory directory;
        PowerSettings settings;
        settings.supplies = directory.file("none");
        CHECK(fed(settings) == std::nullopt);
        settings.supplies = directory.path();
        write(directory.file("BAT0/type"), "Battery\n");
        write(directory.file("BAT0/online"), "1\n");
        CHECK(fed(settings) == std::nullopt);
        write(directory.file("AC/type"), "Mains\n");
        write(directory.file("AC/online"), "0\n");
        CHECK(fed(settings) == false);
        write(directory.file("usb/type"), "USB_PD\n");
        write(directory.file("usb/online"), "1\n");
        CHECK(fed(settings) == true);
    }

    TEST_CASE("when the power goes, where the vehicle stands is on disk and on its way at once") {
        const TemporaryDirectory directory;
        Settings settings = sample_settings();
        settings.power.online_file = directory.file("value");
        settings.sync.interval = 1h;
        settings.sync.threshold = 1000;
        write(settings.power.online_file, "1");
        World world(memory_store(), settings);
        world.start();
        world.drive(62s);  // the last ping is two fixes old
        const auto before = world.office.received.size();
        const auto reported = world.audit().of(offline::Lane::pings).accepted;
        write(settings.power.online_file, "0");
        world.clock.run_for(1500ms);
        CHECK(world.audit().of(offline::Lane::pings).accepted == reported + 1);
        CHECK(world.audit().of(offline::Lane::pings).queued == 0);
        CHECK(world.office.received.size() > before);

        write(settings.power.online_file, "1");  // the engine starts again
        world.drive(120s);
        CHECK(world.audit().of(offline::Lane::pings).accepted > reported + 2);
        CHECK(world.audit().balances());
    }
}
