#include "tests/bench/peers.hpp"

#include "tests/bench/bench.hpp"

#include <fmt/format.h>

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <numbers>

namespace outrider::bench {
namespace {

using Steady = std::chrono::steady_clock;

constexpr std::string_view version =
    R"({"class":"VERSION","release":"3.22","rev":"3.22","proto_major":3,"proto_minor":14})"
    "\r\n";
constexpr std::string_view watching =
    R"({"class":"DEVICES","devices":[{"class":"DEVICE","path":"/dev/ttyACM0","driver":"u-blox",)"
    R"("activated":"2026-01-01T00:00:00.000Z","flags":1,"native":1,"bps":9600,"parity":"N",)"
    R"("stopbits":1,"cycle":1.00,"mincycle":0.02}]})"
    "\r\n"
    R"({"class":"WATCH","enable":true,"json":true,"nmea":false,"raw":0,"scaled":false,)"
    R"("timing":false,"split24":false,"pps":false})"
    "\r\n";

// As gpsd 3.22 writes them with a u-blox receiver.
std::string report(std::int64_t n) {
    constexpr double speed_mps = 13.9, turn_deg = 2, radius_m = 400, metre_deg = 1 / 111'195.0;
    const double angle = static_cast<double>(n) * turn_deg * std::numbers::pi / 180;
    const double latitude = 37.4 + radius_m * std::sin(angle) * metre_deg;
    const double longitude = -122.08 - radius_m * std::cos(angle) * metre_deg / std::cos(0.6528);
    const auto now = std::chrono::floor<Duration>(std::chrono::system_clock::now());
    const auto track = static_cast<double>((n * static_cast<int>(turn_deg)) % 360);
    std::string text = fmt::format(
        R"({{"class":"TPV","device":"/dev/ttyACM0","mode":3,"time":"{}","ept":0.005,)"
        R"("lat":{:.9f},"lon":{:.9f},"altHAE":-8.2170,"altMSL":24.3930,"alt":24.3930,)"
        R"("epx":3.142,"epy":4.012,"epv":8.280,"track":{:.4f},"magtrack":{:.4f},"magvar":13.2,)"
        R"("speed":{:.3f},"climb":0.010,"eps":0.68,"epc":16.56,"geoidSep":-32.610,"eph":5.320,)"
        R"("sep":9.880}})"
        "\r\n",
        to_rfc3339(now), latitude, longitude, track, track, speed_mps);
    text +=
        R"({"class":"SKY","device":"/dev/ttyACM0","xdop":0.60,"ydop":0.68,"vdop":1.10,"tdop":0.73,)"
        R"("hdop":0.90,"gdop":1.60,"pdop":1.42,"nSat":12,"uSat":12,"satellites":[)";
    for (int i = 1; i <= 12; ++i) {
        text += fmt::format(R"({}{{"PRN":{},"el":{}.0,"az":{}.0,"ss":{}.0,"used":true,"gnssid":0,)"
                            R"("svid":{},"health":1}})",
                            i > 1 ? "," : "", i, 5 + 6 * i, 29 * i, 25 + i, i);
    }
    return text + "]}\r\n";
}

std::string answer_to(std::string_view body, std::int64_t& pings) {
    constexpr std::string_view member = "\"externalId\":\"";
    std::string answer = "[";
    for (std::size_t at = 0; (at = body.find(member, at)) != std::string_view::npos; ++pings) {
        at += member.size();
        if (answer.size() > 1) answer += ',';
        answer += '{';
        answer += member;
        answer += body.substr(at, body.find('"', at) - at);
        answer += R"(","status":"Success","message":""})";
    }
    return answer + ']';
}

}  // namespace

void Sink::serve(Line& line) {
    constexpr std::string_view token =
        R"({"access_token":"bench","expires_in":900,"token_type":"Bearer"})";
    MessageReader requests(line);
    while (const auto request = requests.next()) {
        std::int64_t pings = 0;
        const bool asks_token = request->head.find("/connect/token") != std::string_view::npos;
        const std::string body = asks_token ? std::string(token) : answer_to(request->body, pings);
        pings_ += pings;
        const std::string head = fmt::format(
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
            body.size());
        if (!line.send_all(head + body)) return;
    }
}

void Receiver::serve(Line& line) {
    std::array<char, 256> command{};
    const auto heard = [&] { return line.receive(command.data(), command.size()) > 0; };
    if (!line.send_all(version) || !heard() || !line.send_all(watching)) return;
    for (auto next = Steady::now();; next += std::chrono::seconds(1)) {
        using std::chrono::milliseconds;
        pollfd polled{line.socket(), POLLIN, 0};
        const auto left = std::chrono::ceil<milliseconds>(next - Steady::now()).count();
        const int events = ::poll(&polled, 1, static_cast<int>(std::max<std::int64_t>(0, left)));
        if (events != 0 && !heard()) return;
        if (!line.send_all(report(fixes_))) return;
        ++fixes_;
    }
}

}  // namespace outrider::bench
