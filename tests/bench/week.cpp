// A week at 1 Hz that nobody took: what it costs to start with it, and to bring it home over TLS.

#include "tests/bench/bare.hpp"
#include "tests/bench/bench.hpp"
#include "tests/bench/peers.hpp"
#include "tests/bench/van.hpp"
#include "tests/support/certificates.hpp"

#include <fmt/format.h>

#include <chrono>
#include <filesystem>
#include <thread>

namespace outrider::bench {
namespace {

using Steady = std::chrono::steady_clock;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr int batch = 500;
constexpr seconds patience{120};

std::string settings() {
    return fmt::format(
        "[gps]\nport = {}\n[sync]\nmax_batch_size = {}\n[limits]\nbytes_per_hour = 1000000000000\n",
        Sink().port(), batch);  // nobody listens there any more
}

template <class F>
Duration time_until(Van& van, milliseconds step, F done) {
    const auto start = Steady::now();
    while (!done()) {
        if (!van.process().running()) give_up("the agent ended: " + van.process().errors());
        if (Steady::now() > start + patience) give_up("it takes too long");
        std::this_thread::sleep_for(step);
    }
    return std::chrono::duration_cast<Duration>(Steady::now() - start);
}

double in_seconds(Duration duration) { return std::chrono::duration<double>(duration).count(); }

// A folder for an agent that finds `file` in it.
std::string folder_with(const std::string& directory, const std::string& file) {
    std::filesystem::remove_all(directory);
    std::filesystem::create_directories(directory + "/state");
    std::filesystem::permissions(directory + "/state", std::filesystem::perms::owner_all);
    std::filesystem::copy_file(file, database_in(directory));
    return directory;
}

void make_file(const std::string& file, std::uint16_t port, std::size_t count) {
    offline::StoreOptions options;
    options.database.path = file;
    const auto store = need(offline::Store::open(options));
    api::Destination to = destination(port);
    to.origin.tls = true;
    fill(*store, to, count);
}

// From the start of the program until it can be asked.
double start_s(const std::string& directory, const std::string& office) {
    Van van({directory, office, settings()});
    const Duration took =
        time_until(van, milliseconds(1), [&] { return std::filesystem::exists(van.socket()); });
    van.stop();
    return in_seconds(took);
}

struct Drained {
    Cost cost;
    double peak_mib = 0;
};

// From the first request that arrived to the last.
Drained drained_by_agent(Sink& sink, const Van::Options& options, std::int64_t count) {
    const std::int64_t before = sink.pings();
    Van van(options);
    time_until(van, milliseconds(1), [&] { return sink.pings() > before; });
    const std::int64_t first = sink.pings();
    const double cpu_before_s = van.cpu_s();
    const Duration took =
        time_until(van, milliseconds(2), [&] { return sink.pings() >= before + count; });
    const auto timed = static_cast<double>(before + count - first);
    const Cost cost{timed / in_seconds(took), (van.cpu_s() - cpu_before_s) * 1e6 / timed, 0};
    const double peak = van.memory_mib("VmHWM");
    van.stop();
    if (sink.pings() != before + count) give_up("more pings arrived than there were");
    return {cost, peak};
}

Cost drained_by_hand(Sink& sink, const std::string& file, const BareTarget& target,
                     std::int64_t count) {
    const std::int64_t before = sink.pings();
    const Meter meter;
    bare_drain(file, target);
    if (sink.pings() != before + count) give_up("the bare loop did not bring everything");
    return meter.per(static_cast<std::size_t>(count));
}

}  // namespace

void week(Report& report, const Options& options) {
    const std::size_t count = options.quick() ? 60'480 : 604'800;
    const int rounds = options.quick() ? 3 : 5;
    test::CertificateAuthority authority(options.directory);
    const Tls client(authority.trust());
    Sink sink(Tls(authority.issue("office", {})));
    const std::string office = fmt::format("https://127.0.0.1:{}", sink.port());
    const std::string ca_file = authority.trust().ca_file;
    progress(fmt::format("week: {} pings on the disk", count));
    const std::string full = options.directory + "/full.db",
                      empty = options.directory + "/empty.db";
    make_file(full, sink.port(), count);
    make_file(empty, sink.port(), 0);
    const std::string one = options.directory + "/one.db";
    make_file(one, sink.port(), 1);

    progress(fmt::format("week: {} starts and drains", rounds));
    const std::string refusing = fmt::format("http://127.0.0.1:{}", Sink().port());
    const std::string van = options.directory + "/van";
    std::vector<double> start_full, start_empty, peak, idle;
    std::vector<Cost> ours, bare, post_only;
    for (int round = 0; round < rounds; ++round) {
        start_full.push_back(start_s(folder_with(van, full), refusing));
        start_empty.push_back(start_s(folder_with(van, empty), refusing));
        const auto drain = [&](const std::string& file, std::int64_t pings) {
            return drained_by_agent(sink, {folder_with(van, file), office, settings(), ca_file},
                                    pings);
        };
        const Drained week = drain(full, static_cast<std::int64_t>(count));
        ours.push_back(week.cost);
        peak.push_back(week.peak_mib);
        idle.push_back(drain(one, 1).peak_mib);
        const auto by_hand = [&](BareTarget::Taken taken) {
            return drained_by_hand(sink, database_in(folder_with(van, full)),
                                   {sink.port(), &client, batch, taken},
                                   static_cast<std::int64_t>(count));
        };
        bare.push_back(by_hand(BareTarget::Taken::go));
        post_only.push_back(by_hand(BareTarget::Taken::stay));
    }

    report.heading(fmt::format("A week at 1 Hz: {} pings over one TLS connection, {} in a request",
                               count, batch));
    report.add("week.drain", "drain; other: by hand, same file, same bytes", median_of(ours),
               median_of(bare));
    report.add("week.post_only", "drain; other: by hand, nothing is deleted", median_of(ours),
               median_of(post_only));
    report.add({"week.peak_mib", "peak memory; other: with one ping to deliver", "MiB",
                median(peak), median(idle), ""});
    report.add({"week.start_s", "start; other: with an empty queue", "s", median(start_full),
                median(start_empty), ""});
}

}  // namespace outrider::bench
