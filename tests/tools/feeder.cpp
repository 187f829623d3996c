// Serves a recording to gpsd over TCP, as a receiver would: to one client at a time, and time goes
// on while nobody listens. Prints "listening PORT", and "finished" when everything has been sent.
#include "platform/files.hpp"
#include "tests/tools/nmea.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace outrider;
using namespace std::chrono;

constexpr const char* usage =
    "feeder [--port N] [--rate K] [--rebase] [--from S] [--for S] [--loop] RECORDING\n"
    "  --port N   on 127.0.0.1; 0, the default, takes a free one\n"
    "  --rate K   times real time; 0 is as fast as the peer reads; default 1\n"
    "  --rebase   NMEA: move dates and times, so that the first is the time of the start\n"
    "  --from S   NMEA: skip so many seconds of the recording\n"
    "  --for S    NMEA: and send so many\n"
    "  --loop     begin again at the end\n";

struct Options {
    std::uint16_t port = 0;
    double rate = 1;
    bool rebase = false, loop = false;
    double from = 0;
    std::optional<double> length;
    std::string recording;
};

[[noreturn]] void fail(std::string_view why) {
    std::fprintf(stderr, "feeder: %.*s\n", static_cast<int>(why.size()), why.data());
    std::exit(2);
}

double number(std::string_view text) {
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || value < 0) fail(usage);
    return value;
}

Options parse(const std::vector<std::string_view>& arguments) {
    Options options;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        const std::string_view argument = arguments[i];
        const auto value = [&] {
            if (i + 1 == arguments.size()) fail(usage);
            return number(arguments[++i]);
        };
        if (argument == "--port")
            options.port = static_cast<std::uint16_t>(value());
        else if (argument == "--rate")
            options.rate = value();
        else if (argument == "--rebase")
            options.rebase = true;
        else if (argument == "--loop")
            options.loop = true;
        else if (argument == "--from")
            options.from = value();
        else if (argument == "--for")
            options.length = value();
        else if (argument.starts_with("--") || !options.recording.empty())
            fail(usage);
        else
            options.recording = argument;
    }
    if (options.recording.empty()) fail(usage);
    return options;
}

// One piece of the recording, and when it is due.
struct Piece {
    Duration at{};  // after the start, at rate 1
    std::string bytes;
    std::optional<tools::Sentence> sentence;
};

std::vector<Piece> cut_binary(std::string_view log) {
    constexpr std::size_t piece = 96;  // a tenth of a second at 9,600 baud
    std::vector<Piece> pieces;
    log = tools::without_leading_comments(log);
    for (std::size_t at = 0; at < log.size(); at += piece)
        pieces.push_back({milliseconds(100 * at / piece), std::string(log.substr(at, piece)), {}});
    return pieces;
}

std::vector<Piece> cut_nmea(std::string_view log, const Options& options) {
    std::vector<Piece> pieces;
    std::optional<Instant> first;
    Duration at{};  // sentences without a time go with the one before
    const auto from = duration_cast<Duration>(duration<double>(options.from));
    for (tools::Sentence& sentence : tools::read_sentences(log)) {
        if (sentence.time) {
            if (!first) first = *sentence.time;
            at = std::max(at, *sentence.time - *first);
        }
        if (at < from) continue;
        if (options.length && at - from > duration<double>(*options.length)) break;
        std::string bytes = sentence.text + "\r\n";
        pieces.push_back({at - from, std::move(bytes), std::move(sentence)});
    }
    return pieces;
}

int listen_on(std::uint16_t port) {
    const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int yes = 1;
    ::setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    if (::bind(listener, generic, size) != 0 || ::listen(listener, 4) != 0 ||
        ::getsockname(listener, generic, &size) != 0)
        fail("cannot listen there: choose another --port");
    std::printf("listening %u\n", static_cast<unsigned>(ntohs(address.sin_port)));
    std::fflush(stdout);
    return listener;
}

class Feeder {
public:
    Feeder(std::vector<Piece> pieces, const Options& options)
        : pieces_(std::move(pieces)), options_(options), listener_(listen_on(options.port)) {
        begin();
    }

    [[noreturn]] void run() {
        for (;;) {
            client_ = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
            if (client_ < 0) continue;
            if (std::exchange(waiting_, false))
                begin();
            else
                skip_the_past();
            while (serve()) {
            }
            ::close(client_);
        }
    }

private:
    // The recording's first moment is now.
    void begin() {
        next_ = 0;
        start_ = steady_clock::now();
        const auto first = std::ranges::find_if(
            pieces_, [](const Piece& piece) { return piece.sentence && piece.sentence->time; });
        if (!options_.rebase || first == pieces_.end()) return;
        Instant target = floor<seconds>(system_clock::now());
        if (newest_) target = std::max<Instant>(target, floor<seconds>(*newest_) + seconds(1));
        shift_ = floor<seconds>(target - *first->sentence->time);
    }

    steady_clock::time_point due(const Piece& piece) const {
        if (options_.rate == 0) return start_;
        const duration<double> wait = duration<double>(piece.at) / options_.rate;
        return start_ + duration_cast<steady_clock::duration>(wait);
    }

    void skip_the_past() {
        if (options_.rate == 0) return;
        const auto now = steady_clock::now();
        while (next_ < pieces_.size() && due(pieces_[next_]) < now) ++next_;
    }

    // Sends the next piece when it is due. False when the client has gone.
    bool serve() {
        if (next_ == pieces_.size()) {
            if (!options_.loop) {
                if (!std::exchange(finished_, true)) std::puts("finished");
                std::fflush(stdout);
                return quiet_until(std::nullopt);
            }
            begin();
        }
        const Piece& piece = pieces_[next_];
        if (!quiet_until(due(piece))) return false;
        if (!send(text_of(piece))) return false;
        ++next_;
        return true;
    }

    std::string text_of(const Piece& piece) {
        if (!options_.rebase || !piece.sentence) return piece.bytes;
        if (piece.sentence->time) newest_ = *piece.sentence->time + shift_;
        return tools::shifted(*piece.sentence, shift_) + "\r\n";
    }

    // Swallows what the client says (gpsd probes its receivers). False when it hangs up.
    bool quiet_until(std::optional<steady_clock::time_point> end) {
        for (;;) {
            int wait_ms = -1;
            if (end) {
                const auto left = ceil<milliseconds>(*end - steady_clock::now()).count();
                wait_ms = static_cast<int>(std::clamp<long>(left, 0, 60'000));
            }
            pollfd client{client_, POLLIN, 0};
            if (::poll(&client, 1, wait_ms) > 0) {
                std::array<char, 1024> said;
                if (::recv(client_, said.data(), said.size(), 0) <= 0) return false;
            } else if (end && steady_clock::now() >= *end) {
                return true;
            }
        }
    }

    bool send(std::string_view bytes) {
        while (!bytes.empty()) {
            const ssize_t sent = ::send(client_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (sent <= 0) return false;
            bytes.remove_prefix(static_cast<std::size_t>(sent));
        }
        return true;
    }

    std::vector<Piece> pieces_;
    Options options_;
    int listener_;
    int client_ = -1;
    bool waiting_ = true;  // for the first client: until then the recording has not begun
    bool finished_ = false;
    std::size_t next_ = 0;
    steady_clock::time_point start_;
    seconds shift_{};
    std::optional<Instant> newest_;  // sent
};

}  // namespace

int main(int argc, char** argv) {
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);
    const Options options = parse({argv + 1, argv + argc});
    constexpr std::size_t largest = 64 * 1024 * 1024;
    const Result<std::string> log = read_file(options.recording, largest);
    if (!log) fail(log.error().detail);
    std::vector<Piece> pieces = tools::is_binary(*log) ? cut_binary(*log) : cut_nmea(*log, options);
    if (pieces.empty()) fail("nothing of the recording is left: check --from and the file");
    Feeder(std::move(pieces), options).run();
}
