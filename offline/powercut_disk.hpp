#pragma once
// A disk for SQLite that lives in memory and loses power, runs full or fails at a chosen operation,
// or has only so much room.
//
// A file has what was written and, apart from it, what has been synced. A power cut throws away or
// keeps each unsynced sector of 512 bytes by itself, whole or torn. A failed sync behaves as Linux'
// does: the sectors count as clean afterwards, and syncing again does not save them.

#include "offline/folder.hpp"
#include "platform/random.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

struct sqlite3_vfs;

namespace outrider::offline {

class PowercutDisk : public Folder {
public:
    // Registered with SQLite under `vfs` while it lives.
    explicit PowercutDisk(std::string vfs);
    ~PowercutDisk() override;
    PowercutDisk(const PowercutDisk&) = delete;
    PowercutDisk& operator=(const PowercutDisk&) = delete;
    const std::string& vfs() const { return name_; }

    // Unsynced sectors are kept by the dice, or all lost without them. Every handle is dead from
    // now on, and nothing works until power_on.
    void cut(Dice* dice);
    void power_on();
    // The program is killed: its handles are dead, what it wrote is there.
    void abandon() { ++generation_; }
    // What another disk would hold if the power went here and now; this one goes on.
    void crash_into(PowercutDisk& other, Dice&) const;
    // Called before each operation that changes something.
    void before_each_change(std::function<void()> call) { before_change_ = std::move(call); }
    bool has_power() const { return powered_; }

    // Operations are the opening, reading, writing, truncating, syncing, renaming and deleting of
    // files, counted from 1. The plan is forgotten once it has been carried out.
    void cut_at(std::int64_t operation, Dice* dice);
    void fail_at(std::int64_t operation, int error);  // ENOSPC, EIO or EROFS, once
    // From that operation on until forget_plan: EIO fails all, the others what changes the disk.
    void fail_from(std::int64_t operation, int error);
    void forget_plan();
    // No file may grow while all of them together have more than this.
    void set_capacity(std::size_t bytes) { capacity_ = bytes; }
    std::size_t used() const;
    // A file's bytes, to be looked at and spoilt behind SQLite's back; they count as synced.
    std::string bytes(const std::string& path) const;
    void put_bytes(const std::string& path, const std::string& bytes);
    std::int64_t operations() const { return operations_; }
    std::int64_t syncs() const { return syncs_; }

    bool exists(const std::string& path) const;

    std::vector<std::string> family(const std::string& path) override;
    Result<> rename(const std::string& from, const std::string& to) override;
    Result<> remove(const std::string& path) override;
    Result<> sync(const std::string& path) override;
    Result<> create(const std::string& path) override;
    Result<std::shared_ptr<void>> lock(const std::string&) override;

private:
    friend struct PowercutFile;
    static constexpr std::size_t sector = 512;
    static std::size_t sectors(std::size_t bytes) { return (bytes + sector - 1) / sector; }
    struct File {
        std::string content, synced;
        std::vector<bool> unsynced;  // by sector of content
        // None before the one and none from the other on.
        std::size_t first_unsynced = 0, end_unsynced = 0;
        void mark(std::size_t first, std::size_t end);
        void all_synced();
    };
    using Names = std::map<std::string, std::shared_ptr<File>>;
    // A change of names that is not on the disk yet; a power cut keeps or drops it as a whole.
    struct Change {
        std::string from, to;  // made: `to` alone; removed: `from` alone
        std::shared_ptr<File> file;
    };
    enum class Kind { open, read, write, truncate, sync, remove, rename };

    bool next_is_due(Kind) const;
    // Counts it, and carries out the plan when its turn has come: 0 or SQLite's code for the
    // failure.
    int operate(Kind);
    int open(const char* path, bool create, std::shared_ptr<File>& into);
    int remove_file(const std::string& path, bool and_sync);
    Result<> done(const std::string& path, int code) const;
    bool fits(const File&, std::size_t size) const;
    int write(File&, const char* bytes, std::size_t size, std::size_t offset);
    int truncate(File&, std::size_t size);
    int sync(File&);
    void sync_directory();
    static void apply(const Change&, Names&);
    static void put(File&, const char* bytes, std::size_t size, std::size_t offset);
    static void lose_power(File&, Dice*);

    std::string name_;
    std::unique_ptr<sqlite3_vfs> vfs_;
    Names files_, on_disk_;
    std::vector<Change> changes_;
    std::size_t capacity_ = static_cast<std::size_t>(-1);
    bool powered_ = true;
    std::uint64_t generation_ = 0;  // handles of an earlier one are dead
    std::int64_t operations_ = 0, syncs_ = 0, due_ = 0;
    int error_ = 0;  // 0: a cut is planned
    bool lasting_ = false;
    std::function<void()> before_change_;
    int last_error_ = 0;
    Dice* dice_ = nullptr;
};

// What SQLite throws dice for, such as SQL's random(), follows from the seed from now on, in the
// whole process; 0: it is by chance again.
void seed_sqlite(std::uint32_t seed);

}  // namespace outrider::offline
