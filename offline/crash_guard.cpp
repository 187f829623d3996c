#include "offline/crash_guard.hpp"

#include <fmt/format.h>

#include <fcntl.h>
#include <unistd.h>

#include <fstream>
#include <sstream>

namespace outrider::offline {
namespace {

constexpr std::size_t record_size = 256;

// A file from before the machine started says nothing: uptimes began anew.
std::string this_boot() {
    std::string boot;
    std::getline(std::ifstream("/proc/sys/kernel/random/boot_id"), boot);
    return boot.empty() ? "unknown" : boot;
}

std::string in_words(const std::optional<Handled>& one) {
    return one ? fmt::format("{} {}", name(one->lane), one->sequence) : "nothing 0";
}

std::optional<Handled> parse(std::istream& words) {
    std::string lane;
    std::int64_t sequence = 0;
    words >> lane >> sequence;
    for (const Lane one : lanes) {
        if (words && lane == name(one)) return Handled{one, sequence};
    }
    return std::nullopt;
}

std::int64_t count(Uptime at) { return at.time_since_epoch().count(); }

}  // namespace

CrashGuard::CrashGuard(std::string path, Uptime started)
    : boot_(this_boot()), started_(started), last_(started) {
    if (path.empty()) return;
    file_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    read();
    write();
}

CrashGuard::~CrashGuard() {
    if (file_ >= 0) ::close(file_);
}

void CrashGuard::read() {
    char bytes[record_size];
    const ssize_t size = file_ < 0 ? 0 : ::pread(file_, bytes, sizeof bytes, 0);
    std::istringstream words(std::string(bytes, size > 0 ? static_cast<std::size_t>(size) : 0));
    std::string boot;
    Duration::rep started = 0, last = 0;
    int deaths = 0;
    words >> boot >> started >> last >> deaths;
    const std::optional<Handled> died_of = parse(words);
    const std::optional<Handled> suspect = parse(words);
    const bool died_quickly = Duration(last - started) < quick;
    if (boot != boot_ || !died_of || !died_quickly) return;
    suspect_ = died_of;
    deaths_ = died_of == suspect ? deaths + 1 : 1;
}

void CrashGuard::write() const {
    if (file_ < 0) return;
    std::string record = fmt::format("{} {} {} {} {} {}\n", boot_, count(started_), count(last_),
                                     deaths_, in_words(now_), in_words(suspect_));
    record.resize(record_size, '\n');
    // Without room on the disk there is no guard for a while.
    if (::pwrite(file_, record.data(), record.size(), 0) < 0) return;
}

std::optional<Handled> CrashGuard::culprit() const {
    return deaths_ >= deaths_to_tell ? suspect_ : std::nullopt;
}

void CrashGuard::handling(Handled one, Uptime at) {
    if (at - started_ >= quick) return handled();
    now_ = one;
    last_ = at;
    write();
}

void CrashGuard::handled() {
    if (!now_) return;
    now_.reset();
    write();
}

}  // namespace outrider::offline
