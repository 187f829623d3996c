// The disk as a folder, and when it fails.

#include "offline/powercut_disk.hpp"

#include "offline/engine.hpp"
#include "offline/errors.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <cerrno>
#include <utility>

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

void PowercutDisk::cut(Dice* dice) {
    powered_ = false;
    last_error_ = EIO;
    ++generation_;
    for (const Change& change : changes_) {
        if (dice && (*dice)() % 2 == 1) apply(change, on_disk_);
    }
    changes_.clear();
    files_ = on_disk_;
    for (auto& [path, file] : files_) lose_power(*file, dice);
}

void PowercutDisk::crash_into(PowercutDisk& other, Dice& dice) const {
    Names names = on_disk_;
    for (const Change& change : changes_) {
        if (dice() % 2 == 1) apply(change, names);
    }
    other.changes_.clear();
    for (auto& [path, file] : names) {
        file = std::make_shared<File>(*file);
        lose_power(*file, &dice);
    }
    other.files_ = other.on_disk_ = std::move(names);
}

void PowercutDisk::apply(const Change& change, Names& names) {
    if (!change.from.empty()) {
        const auto known = names.find(change.from);
        if (known == names.end() || known->second != change.file) return;
        names.erase(known);
    }
    if (!change.to.empty()) names[change.to] = change.file;
}

void PowercutDisk::lose_power(File& file, Dice* dice) {
    const auto luck = [dice](std::uint64_t sides) { return dice ? (*dice)() % sides : 0; };
    const std::size_t synced_size = file.synced.size();
    std::string after = std::move(file.synced);
    for (std::size_t i = file.first_unsynced; i < file.end_unsynced; ++i) {
        if (!file.unsynced[i]) continue;
        const std::uint64_t fate = luck(4);  // 0: lost, 1: torn, 2 and 3: kept
        if (fate == 0) continue;
        const std::size_t start = i * sector;
        std::size_t size = std::min(sector, file.content.size() - start);
        if (fate == 1) size = luck(size);
        if (after.size() < start + size) after.resize(start + size);
        after.replace(start, size, file.content, start, size);
    }
    if (file.content.size() < synced_size && luck(2) == 1) {
        after.resize(std::min(after.size(), file.content.size()));
    }
    file.content = file.synced = std::move(after);
    file.unsynced.assign(sectors(file.content.size()), false);
    file.first_unsynced = file.end_unsynced = 0;
}

void PowercutDisk::power_on() { powered_ = true; }

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
    set_up_engine();  // which this would begin to use
    sqlite3_test_control(SQLITE_TESTCTRL_PRNG_SEED, static_cast<int>(seed), nullptr);
}

}  // namespace outrider::offline
