#pragma once
// The stand-in office: ServiceTitan's endpoints on this machine, with a company behind them.

#include "offline/database.hpp"
#include "platform/clock.hpp"
#include "platform/random.hpp"
#include "platform/stream.hpp"

#include <memory>
#include <optional>
#include <string>

namespace outrider::office {

struct OfficeSettings {
    std::string host = "127.0.0.1";
    std::uint16_t port = 8088;  // 0: the system chooses
    std::optional<net::TlsIdentity> tls;
    std::string control_socket;  // for /office/v1/faults and the like; "" for none
    std::string database;        // path; ":memory:" keeps nothing
    std::string tenant = "1000001";
    std::string gps_provider = "outrider";
    std::string client_id = "cid.demo", client_secret = "cs1.demo", app_key = "ak1.demo";
    std::vector<std::string> units;  // known unitIds; every unit is known when empty
    Duration token_life = std::chrono::seconds(900);
    int requests_per_second = 60;                      // 0: no limit
    Duration accept_past = std::chrono::days(30);      // an older eventTime fails
    Duration accept_future = std::chrono::minutes(5);  // one so far ahead of our clock, too
    std::string seed;             // a file for books that are empty, "sample", or "" for none
    Duration utc_offset{};        // of the office's own time
    bool check_in_lasts = false;  // until it is changed: for a company without clock-in/out
    std::string public_url;       // for links to customers; "": where it listens
};

class Office {
public:
    // Listens already; the errors name what is in the way: the port, the socket or the database.
    static Result<std::unique_ptr<Office>> open(Executor, Clock&, OfficeSettings, Dice);
    ~Office();
    Async<> run();               // until cancelled
    std::uint16_t port() const;  // listening from open() on

private:
    Office();
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace outrider::office
