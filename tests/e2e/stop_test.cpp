// The agent's end, in bad circumstances.

#include "tests/e2e/van.hpp"
#include "tests/support/places.hpp"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <fstream>

using namespace outrider;
using namespace outrider::test;
using namespace std::chrono_literals;

namespace {

// A name server that takes every question and answers none.
class DeafNameServer {
public:
    DeafNameServer() : socket_(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(53);
        ::inet_pton(AF_INET, "127.0.0.99", &address.sin_addr);
        bound_ = ::bind(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    }
    ~DeafNameServer() { ::close(socket_); }
    DeafNameServer(const DeafNameServer&) = delete;
    DeafNameServer& operator=(const DeafNameServer&) = delete;

    bool listens() const { return bound_; }
    // Waits for the first question; false after `limit`.
    bool asked(Duration limit) {
        timeval time{};
        time.tv_sec = limit.count() / 1000;
        ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time);
        char question[512];
        return ::recv(socket_, question, sizeof question, 0) > 0;
    }

private:
    int socket_;
    bool bound_ = false;
};

void write(const std::string& path, const std::string& text) { std::ofstream(path) << text; }

}  // namespace

TEST_SUITE("e2e/stop") {
    TEST_CASE("SIGTERM ends the agent within five seconds while the name server is deaf") {
        DeafNameServer name_server;
        if (::geteuid() != 0 || !name_server.listens()) {
            MESSAGE("skipped: needs root, to put a deaf name server into the agent's resolv.conf");
            return;
        }
        TemporaryDirectory directory;
        write(directory.file("resolv.conf"),
              "nameserver 127.0.0.99\noptions timeout:30 attempts:5\n");
        write(directory.file("nsswitch.conf"), "hosts: dns\n");
        for (const char* name : {"client-secret", "app-key"}) {
            write(directory.file(name), "x\n");
            ::chmod(directory.file(name).c_str(), 0600);
        }
        // With pings to deliver at once: the fix comes from a gpsd of the test's own.
        const std::string at = directory.path();
        write(directory.file("outrider.toml"),
              "[unit]\nid = \"van-7\"\nname = \"Van 7\"\n[servicetitan]\n"
              "api_url = \"https://api.deaf.test\"\nauth_url = \"https://auth.deaf.test\"\n"
              "tenant = \"1\"\ngps_provider = \"outrider\"\nclient_id = \"cid.x\"\n"
              "client_secret_file = \"" +
                  at +
                  "/client-secret\"\n"
                  "app_key_file = \"" +
                  at +
                  "/app-key\"\n[gps]\nhost = \"gpsd.deaf.test\"\n"
                  "[state]\ndirectory = \"" +
                  at + "/state\"\n[local]\nsocket = \"" + at + "/agent.sock\"\n");
        Process::Options options;
        options.arguments = {"--mount", "sh", "-c",
                             "mount --bind " + at +
                                 "/resolv.conf /etc/resolv.conf && "
                                 "mount --bind " +
                                 at +
                                 "/nsswitch.conf /etc/nsswitch.conf && "
                                 "exec " +
                                 test::built("outrider") + " agent --config " + at +
                                 "/outrider.toml"};
        options.error_file = directory.file("agent.log");
        Process agent("unshare", options);
        REQUIRE_MESSAGE(wait_for_path(at + "/agent.sock", 20s), agent.errors());
        REQUIRE(name_server.asked(20s));
        agent.kill(SIGTERM);
        const auto code = agent.wait(5s);
        REQUIRE(code);
        CHECK(*code == 0);
    }

    TEST_CASE("a second agent on the same state is refused by name, and harms nothing") {
        Van van({"drive_mountain_view.nmea", {"--rebase", "--rate", "10", "--loop"}, {}});
        van.more_configuration = "[sync]\nauto_sync_threshold = 1\n";
        van.start_office();
        van.start_receiver();
        van.start_agent();
        Process::Options options;
        options.arguments = {"agent", "--config", van.configuration()};
        options.error_file = van.agent_log() + ".second";
        Process second(test::built("outrider"), options);
        const auto code = second.wait(20s);
        REQUIRE(code);
        CHECK(*code == 74);
        CHECK(second.errors().find(std::to_string(van.agent().pid())) != std::string::npos);
        van.until("the first goes on", [&] { return van.status()["delivered"] > 0; });
        CHECK(van.stop_agent(5s) == 0);
    }
}
