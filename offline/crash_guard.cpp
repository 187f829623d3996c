#include "offline/crash_guard.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <fstream>
#include <utility>

namespace outrider::offline {
namespace {

// A file from before the machine started says nothing: uptimes began anew.
std::string this_boot() {
    std::string boot;
    std::getline(std::ifstream("/proc/sys/kernel/random/boot_id"), boot);
    return boot.empty() ? "unknown" : boot;
}

std::int64_t count(Uptime at) { return at.time_since_epoch().count(); }

// Nothing when there is no room for it on the disk: written to later, it would kill us.
void* mapped(const std::string& path, std::size_t size) {
    const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (file < 0) return nullptr;
    void* memory = MAP_FAILED;
    if (::posix_fallocate(file, 0, static_cast<off_t>(size)) == 0) {
        memory = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    }
    ::close(file);
    return memory == MAP_FAILED ? nullptr : memory;
}

}  // namespace

// In this order: who dies in between has handled nothing.
void CrashGuard::Mark::set(const std::optional<Handled>& one) {
    sequence = 0;
    std::atomic_signal_fence(std::memory_order_seq_cst);
    if (!one) return;
    lane = static_cast<std::int64_t>(one->lane);
    std::atomic_signal_fence(std::memory_order_seq_cst);
    sequence = one->sequence;
}

std::optional<Handled> CrashGuard::Mark::get() const {
    for (const Lane one : lanes) {
        if (sequence > 0 && lane == static_cast<std::int64_t>(one)) return Handled{one, sequence};
    }
    return std::nullopt;
}

CrashGuard::CrashGuard(std::string path, Uptime started) : record_(&unmapped_) {
    if (void* memory = path.empty() ? nullptr : mapped(path, sizeof(Record))) {
        record_ = static_cast<Record*>(memory);
    }
    const Record before = *record_;
    *record_ = {};
    const std::string boot = this_boot();
    std::copy_n(boot.begin(), std::min(boot.size(), record_->boot.size()), record_->boot.begin());
    record_->started = record_->last = count(started);
    judge(before);
}

CrashGuard::~CrashGuard() { let_go(); }

void CrashGuard::let_go() {
    if (record_ != &unmapped_) ::munmap(std::exchange(record_, &unmapped_), sizeof(Record));
}

void CrashGuard::judge(const Record& before) {
    const std::optional<Handled> died_of = before.now.get();
    const bool died_quickly = before.last - before.started < quick.count();
    if (before.boot != record_->boot || !died_of || !died_quickly) return;
    record_->deaths = died_of == before.suspect.get() ? before.deaths + 1 : 1;
    record_->suspect.set(died_of);
}

std::optional<Handled> CrashGuard::culprit() const {
    return record_->deaths >= deaths_to_tell ? record_->suspect.get() : std::nullopt;
}

void CrashGuard::handling(Handled one, Uptime at) {
    if (over_) return;
    if (count(at) - record_->started >= quick.count()) {
        over_ = true;
        handled();
        return let_go();
    }
    record_->last = count(at);
    record_->now.set(one);
}

void CrashGuard::handled() { record_->now.set(std::nullopt); }

}  // namespace outrider::offline
