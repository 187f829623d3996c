// A day's drive costs: the program itself, a fix each second, the settings as they come.

#include "tests/bench/bench.hpp"
#include "tests/bench/peers.hpp"
#include "tests/bench/van.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <thread>

namespace outrider::bench {
namespace {

using std::chrono::seconds;

constexpr seconds patience{60};  // until the first ping has arrived

// With a gpsd of its own.
class DrivingVan {
public:
    DrivingVan(const std::string& directory, std::uint16_t office_port)
        : van_({directory, fmt::format("http://127.0.0.1:{}", office_port),
                fmt::format("[gps]\nport = {}\n", receiver_.port())}) {}
    test::Process& process() { return van_.process(); }
    double cpu_s() const { return van_.cpu_s(); }
    double memory_mib(const std::string& which) const { return van_.memory_mib(which); }
    void stop() { van_.stop(); }
    std::int64_t fixes() const { return receiver_.fixes(); }

private:
    Receiver receiver_;
    Van van_;
};

// What a process has used up so far.
struct Spent {
    double cpu_s = 0;
    std::int64_t fixes = 0, switches = 0, written = 0, wchar = 0;
};

Spent spent_by(DrivingVan& van) {
    const pid_t pid = van.process().pid();
    if (!van.process().running()) give_up("the agent ended: " + van.process().errors());
    Spent spent;
    spent.cpu_s = van.cpu_s();
    const std::string proc = fmt::format("/proc/{}", pid);
    spent.fixes = van.fixes();
    spent.switches = proc_number(proc + "/status", "voluntary_ctxt_switches");
    spent.written = proc_number(proc + "/io", "write_bytes");
    spent.wchar = proc_number(proc + "/io", "wchar");
    return spent;
}

Spent operator-(const Spent& a, const Spent& b) {
    return {a.cpu_s - b.cpu_s, a.fixes - b.fixes, a.switches - b.switches, a.written - b.written,
            a.wchar - b.wchar};
}

void add_rows(Report& report, const Spent& sending, const Spent& outage, double window_s) {
    const auto each = [&](const std::string& key, const std::string& what, const std::string& unit,
                          auto&& figure) {
        report.add({"idle." + key, what, unit, figure(sending), figure(outage), ""});
    };
    const auto per_fix = [](std::int64_t Spent::*member) {
        return [member](const Spent& s) {
            return static_cast<double>(s.*member) / static_cast<double>(s.fixes);
        };
    };
    each("cpu_s_per_hour", "CPU", "s/h", [&](const Spent& s) { return s.cpu_s * 3600 / window_s; });
    each("switches_per_second", "voluntary context switches", "/s",
         [&](const Spent& s) { return static_cast<double>(s.switches) / window_s; });
    // Only root may see what a process that keeps to itself has written.
    if (::geteuid() != 0) return;
    each("written_per_fix", "written to the disk, for each fix", "B", per_fix(&Spent::written));
    each("wchar_per_fix", "handed to write(), for each fix", "B", per_fix(&Spent::wchar));
}

// The number of calls strace has counted: of "  1234 total", the last line.
std::int64_t total_calls(const std::string& file) {
    std::ifstream in(file);
    for (std::string line; std::getline(in, line);) {
        if (line.find("total") != std::string::npos) return std::stoll(line);
    }
    return 0;
}

Row syscalls(DrivingVan& van, const std::string& directory, seconds window) {
    Row row{"idle.syscalls_per_fix", "system calls, for each fix", "", 0, std::nullopt, ""};
    row.skipped = "needs strace (apt-get install strace) and leave to attach it (be root)";
    const std::string counts = directory + "/strace.out";
    test::Process::Options options;
    options.arguments = {"-c", "-f",   "-U", "calls,name",
                         "-o", counts, "-p", std::to_string(van.process().pid())};
    options.error_file = directory + "/strace.err";
    try {
        test::Process strace("strace", options);
        if (!strace.wait_for_text("attached", seconds(5))) return row;
        const std::int64_t before = van.fixes();
        std::this_thread::sleep_for(window);
        const std::int64_t fixes = van.fixes() - before;
        strace.kill(SIGINT);
        strace.wait(seconds(5));
        row.ours = static_cast<double>(total_calls(counts)) / static_cast<double>(fixes);
        row.skipped.clear();
    } catch (const std::system_error&) {  // there is none
    }
    return row;
}

std::uint16_t refusing_port() { return Sink().port(); }

}  // namespace

void idle(Report& report, const Options& options) {
    const seconds window{options.quick() ? 15 : 60};
    const seconds traced{options.quick() ? 10 : 30};
    Sink sink;
    DrivingVan sending(options.directory + "/sending", sink.port());
    DrivingVan outage(options.directory + "/outage", refusing_port());
    progress("idle: until the first ping arrives");
    const auto end = std::chrono::steady_clock::now() + patience;
    while (sink.pings() == 0) {
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
        const bool late = std::chrono::steady_clock::now() > end;
        if (late) give_up("no ping arrived: " + sending.process().errors());
    }
    progress(fmt::format("idle: {} s", (window + traced).count()));

    const std::int64_t pings_before = sink.pings();
    const Spent sending_before = spent_by(sending), outage_before = spent_by(outage);
    std::this_thread::sleep_for(window);
    const Spent of_sending = spent_by(sending) - sending_before;
    const Spent of_outage = spent_by(outage) - outage_before;
    const auto pings = static_cast<double>(sink.pings() - pings_before);

    report.heading(
        fmt::format("Idle: a moving van, one fix a second, {} s (other: the office is "
                    "unreachable)",
                    window.count()));
    add_rows(report, of_sending, of_outage, static_cast<double>(window.count()));
    report.add({"idle.peak_rss_mib", "peak resident memory", "MiB", sending.memory_mib("VmHWM"),
                outage.memory_mib("VmHWM"), ""});
    report.add({"idle.pings_per_fix", "pings delivered, for each fix", "",
                pings / static_cast<double>(of_sending.fixes), std::nullopt, ""});
    report.add(syscalls(sending, options.directory, traced));
    for (DrivingVan* van : {&sending, &outage}) van->stop();
}

}  // namespace outrider::bench
