// `./dev bench`: what Outrider costs, as ratios within one run.

#include "tests/bench/bench.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <numbers>
#include <stdexcept>
#include <thread>

using namespace outrider;
using namespace outrider::bench;

namespace {

struct Part {
    std::string_view name;
    void (*run)(Report&, const Options&);
};
constexpr Part parts[] = {{"enqueue", enqueue}, {"drain", drain}, {"idle", idle},
                          {"week", week},       {"tap", tap},     {"judge", judge}};

constexpr std::string_view usage =
    "usage: bench [--quick] [--only enqueue|drain|idle|week|tap|judge] [--json FILE]\n";

struct CommandLine {
    Options options;
    std::string only, json;
};

CommandLine read_command_line(const std::vector<std::string>& arguments) {
    CommandLine line;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        const bool has_value = i + 1 < arguments.size();
        if (arguments[i] == "--quick") {
            line.options.effort = Effort::quick;
        } else if (arguments[i] == "--only" && has_value) {
            line.only = arguments[++i];
        } else if (arguments[i] == "--json" && has_value) {
            line.json = arguments[++i];
        } else {
            throw std::invalid_argument(std::string(usage));
        }
    }
    const auto named = [&](const Part& part) { return part.name == line.only; };
    if (!line.only.empty() && std::none_of(std::begin(parts), std::end(parts), named)) {
        throw std::invalid_argument(std::string(usage));
    }
    return line;
}

// A place on the disk this program lies on, gone at the end.
class Scratch {
public:
    Scratch() {
        const auto beside = std::filesystem::read_symlink("/proc/self/exe").parent_path();
        std::string path = beside / "bench-XXXXXX";
        if (::mkdtemp(path.data()) == nullptr) give_up("cannot write to " + beside.string());
        path_ = path;
    }
    ~Scratch() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;
    const std::string& path() const { return path_; }

private:
    std::string path_;
};

// What everything durable waits for: the median of a small write and its flush.
double flush_us(const std::string& directory) {
    const int file = ::open((directory + "/flush").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    const std::string page(4096, 'x');
    std::vector<double> all;
    for (int i = 0; i < 500; ++i) {
        const auto start = std::chrono::steady_clock::now();
        const bool written = ::pwrite(file, page.data(), page.size(), i % 64 * 4096) > 0;
        if (!written || ::fdatasync(file) != 0) give_up("cannot write to " + directory);
        const std::chrono::duration<double, std::micro> took =
            std::chrono::steady_clock::now() - start;
        all.push_back(took.count());
    }
    ::close(file);
    return median(std::move(all));
}

int run(const CommandLine& line) {
    const Scratch scratch;
    Report report;
    report.add({"flush_us", "this disk: 4 KiB and their flush, p50", "µs", flush_us(scratch.path()),
                std::nullopt, ""});
    for (const Part& part : parts) {
        if (!line.only.empty() && part.name != line.only) continue;
        Options options = line.options;
        options.directory = scratch.path() + "/" + std::string(part.name);
        std::filesystem::create_directory(options.directory);
        part.run(report, options);
        std::filesystem::remove_all(options.directory);
    }
    fmt::print(
        "outrider {}, {} cores. Columns: ours, other, ours / other; medians of rounds in "
        "turn.\n",
        OUTRIDER_VERSION, std::thread::hardware_concurrency());
    report.print();
    fmt::print(
        "\nThe bare loop posts bodies rendered beforehand over one blocking socket and looks at "
        "the\n"
        "status only: no database, no rendering, no answer for each ping. The durable loop also\n"
        "deletes each batch from a bare SQLite table, in one commit. By hand: reads the agent's\n"
        "own file, renders with the agent's own code, posts over TLS, looks at the status, and\n"
        "deletes each batch in one commit. All post to the same sink.\n");
    if (!line.json.empty() && !(std::ofstream(line.json) << report.json()).flush()) {
        give_up("cannot write " + line.json);
    }
    return 0;
}

}  // namespace

namespace outrider::bench {

void give_up(const std::string& why) { throw std::runtime_error(why); }

api::Ping ping(std::size_t n) {
    const double angle = static_cast<double>(n) * 0.035;
    api::Ping ping;
    ping.time =
        Instant(std::chrono::sys_days(std::chrono::year(2026) / 11 / 21)) + std::chrono::seconds(n);
    ping.latitude = 37.4 + 0.0036 * std::sin(angle);
    ping.longitude = -122.08 - 0.0045 * std::cos(angle);
    ping.speed_mps = 13.9 + std::sin(angle * std::numbers::pi);
    return ping;
}

api::Destination destination(std::uint16_t port) {
    api::Destination to;
    to.origin = {false, "127.0.0.1", port};
    to.tenant = "1000001";
    to.gps_provider = "outrider";
    to.unit_id = "van-7";
    to.unit_name = "Van 7";
    return to;
}

std::string pings_path(const api::Destination& to) {
    return fmt::format("/dispatch/v2/tenant/{}/gps-provider/{}/gps-pings", to.tenant,
                       to.gps_provider);
}

void fill(offline::Store& store, const api::Destination& to, std::size_t count) {
    constexpr std::size_t per_commit = 1000;
    const Instant now = std::chrono::floor<Duration>(std::chrono::system_clock::now());
    for (std::size_t done = 0; done < count; done += per_commit) {
        need(store.commit(now, [&]() -> Result<> {
            auto& outbox = store.outbox();
            const auto id = outbox.destination(api::encode(to));
            if (!id) return id.error();
            for (std::size_t i = done; i < std::min(count, done + per_commit); ++i) {
                auto added = outbox.add(offline::Lane::pings, now, *id, api::encode(ping(i)));
                if (!added) return added.error();
            }
            return {};
        }));
    }
}

}  // namespace outrider::bench

int main(int argc, char** argv) {
    try {
        return run(read_command_line({argv + 1, argv + argc}));
    } catch (const std::invalid_argument& error) {
        fmt::print(stderr, "{}", error.what());
        return 64;
    } catch (const std::exception& error) {
        fmt::print(stderr, "bench: {}\n", error.what());
        return 1;
    }
}
