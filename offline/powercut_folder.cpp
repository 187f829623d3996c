// The disk as a folder, and when it fails.

#include "offline/powercut_disk.hpp"

#include "offline/errors.hpp"

#include <sqlite3.h>

namespace outrider::offline {

Result<> PowercutDisk::done(const std::string& path, int code) const {
    if (code == SQLITE_OK || code == SQLITE_IOERR_DELETE_NOENT) return {};
    return storage_error(path, code, last_error_, "");
}

std::vector<std::string> PowercutDisk::family(const std::string& path) {
    std::vector<std::string> found;
    for (const auto& [name, file] : files_) {
        if (powered_ && name.starts_with(path)) found.push_back(name);
    }
    return found;
}

Result<> PowercutDisk::rename(const std::string& from, const std::string& to) {
    if (const int code = operate(Kind::rename)) return done(from, code);
    const auto known = files_.find(from);
    last_error_ = ENOENT;
    if (known == files_.end()) return done(from, SQLITE_IOERR);
    const std::shared_ptr<File> file = known->second;
    files_.erase(known);
    files_[to] = file;
    changes_.push_back({from, to, file});
    return {};
}

Result<> PowercutDisk::remove(const std::string& path) {
    return done(path, remove_file(path, false));
}

Result<> PowercutDisk::sync(const std::string& path) {
    if (const int code = operate(Kind::sync)) return done(path, code);
    sync_directory();
    return {};
}

Result<> PowercutDisk::create(const std::string& path) {
    if (exists(path)) return {};
    std::shared_ptr<File> file;
    return done(path, open(path.c_str(), true, file));
}

Result<std::shared_ptr<void>> PowercutDisk::lock(const std::string&) {
    return std::shared_ptr<void>();
}

void PowercutDisk::cut_at(std::int64_t operation, Dice* dice) {
    due_ = operation;
    error_ = 0;
    dice_ = dice;
}

void PowercutDisk::fail_at(std::int64_t operation, int error) {
    due_ = operation;
    error_ = error;
    lasting_ = false;
}

void PowercutDisk::fail_from(std::int64_t operation, int error) {
    fail_at(operation, error);
    lasting_ = true;
}

void PowercutDisk::forget_plan() { due_ = 0; }

bool PowercutDisk::exists(const std::string& path) const { return files_.contains(path); }

void seed_sqlite(std::uint32_t seed) {
    sqlite3_test_control(SQLITE_TESTCTRL_PRNG_SEED, static_cast<int>(seed), nullptr);
}

}  // namespace outrider::offline
