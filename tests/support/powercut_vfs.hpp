#pragma once
// A disk for SQLite that lives in memory and loses power, runs full or fails at a chosen operation.
//
// A file has what was written and, apart from it, what has been synced. A power cut throws away or
// keeps each unsynced sector of 512 bytes by itself, whole or torn. A failed sync behaves as Linux'
// does: the sectors count as clean afterwards, and syncing again does not save them.

#include "platform/random.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

struct sqlite3_vfs;

namespace outrider::test {

class PowercutDisk {
public:
    // Registered with SQLite under `vfs` while it lives.
    explicit PowercutDisk(std::string vfs);
    ~PowercutDisk();
    PowercutDisk(const PowercutDisk&) = delete;
    PowercutDisk& operator=(const PowercutDisk&) = delete;
    const std::string& vfs() const { return name_; }

    // Unsynced sectors are kept by the dice, or all lost without them. Every handle is dead from
    // now on, and nothing works until power_on.
    void cut(Dice* dice);
    void power_on();
    bool has_power() const { return powered_; }

    // Operations are the opening, reading, writing, truncating, syncing and deleting of files,
    // counted from 1. The plan is forgotten once it has been carried out.
    void cut_at(std::int64_t operation, Dice* dice);
    void fail_at(std::int64_t operation, int error);  // ENOSPC or EIO, once
    void forget_plan();
    std::int64_t operations() const { return operations_; }
    std::int64_t syncs() const { return syncs_; }

    bool exists(const std::string& path) const;

private:
    friend struct PowercutFile;
    struct File {
        bool present = false;  // a deleted file keeps its synced content until that is synced too
        bool kept = false;     // the directory's entry is on disk
        std::string content, synced;
        std::vector<bool> unsynced;  // by sector of content
    };
    enum class Kind { open, read, write, truncate, sync, remove };

    bool next_is_due() const { return powered_ && operations_ + 1 == due_; }
    // Counts it, and carries out the plan when its turn has come: 0 or SQLite's code for the
    // failure.
    int operate(Kind);
    int open(const char* path, bool create, std::shared_ptr<File>& into);
    int remove(const char* path, bool and_sync);
    int write(File&, const char* bytes, std::size_t size, std::size_t offset);
    int truncate(File&, std::size_t size);
    int sync(File&);
    void sync_directory();
    static void put(File&, const char* bytes, std::size_t size, std::size_t offset);
    static void lose_power(File&, Dice*);

    std::string name_;
    std::unique_ptr<sqlite3_vfs> vfs_;
    std::map<std::string, std::shared_ptr<File>> files_;
    bool powered_ = true;
    std::uint64_t generation_ = 0;  // handles of an earlier one are dead
    std::int64_t operations_ = 0, syncs_ = 0, due_ = 0;
    int error_ = 0;  // 0: a cut is planned
    int last_error_ = 0;
    Dice* dice_ = nullptr;
};

}  // namespace outrider::test
