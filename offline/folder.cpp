#include "offline/folder.hpp"

#include "offline/errors.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <system_error>
#include <thread>

namespace outrider::offline {
namespace {

using namespace std::chrono_literals;

constexpr auto lock_step = 10ms;
constexpr int lock_steps = 60;

std::string folder_of(const std::string& path) {
    const std::string folder = std::filesystem::path(path).parent_path().string();
    return folder.empty() ? "." : folder;
}

class Descriptor {
public:
    explicit Descriptor(int number) : number_(number) {}
    ~Descriptor() {
        if (number_ >= 0) ::close(number_);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    int number() const { return number_; }

private:
    int number_;
};

class RealFolder : public Folder {
public:
    std::vector<std::string> family(const std::string& path) override {
        std::vector<std::string> found;
        const std::filesystem::path whole(path);
        const std::string name = whole.filename().string();
        std::error_code ignored;
        for (std::filesystem::directory_iterator entry(folder_of(path), ignored), end;
             entry != end && !ignored; entry.increment(ignored)) {
            const std::string other = entry->path().filename().string();
            if (other.starts_with(name)) found.push_back((whole.parent_path() / other).string());
        }
        return found;
    }

    Result<> rename(const std::string& from, const std::string& to) override {
        if (std::rename(from.c_str(), to.c_str()) == 0) return {};
        return storage_error(from, SQLITE_IOERR, errno, "");
    }

    Result<> remove(const std::string& path) override {
        if (::unlink(path.c_str()) == 0 || errno == ENOENT) return {};
        return storage_error(path, SQLITE_IOERR, errno, "");
    }

    Result<> sync(const std::string& path) override {
        const Descriptor folder(
            ::open(folder_of(path).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        if (folder.number() < 0) return {};  // not readable for us; SQLite's own sync will tell
        if (::fsync(folder.number()) == 0) return {};
        return storage_error(path, SQLITE_IOERR, errno, "");
    }

    Result<> create(const std::string& path) override {
        const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        if (file < 0 && errno == EEXIST) return {};
        if (file < 0) return storage_error(path, SQLITE_CANTOPEN, errno, "");
        ::close(file);
        return sync(path);
    }

    // On the directory, and not on a file: files change their names here.
    Result<std::shared_ptr<void>> lock(const std::string& path) override {
        const auto folder = std::make_shared<Descriptor>(
            ::open(folder_of(path).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        for (int step = 0; folder->number() >= 0; ++step) {
            if (::flock(folder->number(), LOCK_EX | LOCK_NB) == 0) break;
            if (errno != EWOULDBLOCK) break;  // a file system without locks
            if (step == lock_steps) {
                return Error(Fault::storage,
                             fmt::format("the database {} is being opened by another process: "
                                         "stop that one first",
                                         path));
            }
            std::this_thread::sleep_for(lock_step);
        }
        return std::static_pointer_cast<void>(folder);
    }
};

}  // namespace

Folder& real_folder() {
    static RealFolder folder;
    return folder;
}

}  // namespace outrider::offline
