#include "platform/files.hpp"

#include "platform/descriptor.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>

namespace outrider {
namespace {

constexpr std::size_t longest_secret = 4096;

Error failure(std::string_view doing, const std::string& path) {
    return Error(Fault::storage,
                 fmt::format("cannot {} {}: {}", doing, path, std::strerror(errno)));
}

Error too_large(const std::string& path, std::size_t limit) {
    return Error(Fault::too_large, fmt::format("{} has more than {} bytes", path, limit));
}

Result<std::string> read_all(int fd, const std::string& path, std::size_t limit) {
    std::string content;
    char piece[16384];
    for (;;) {
        const ssize_t got = ::read(fd, piece, sizeof piece);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return failure("read", path);
        if (got == 0) return content;
        content.append(piece, static_cast<std::size_t>(got));
        if (content.size() > limit) return too_large(path, limit);
    }
}

Result<> write_all(int fd, const std::string& path, std::string_view content) {
    while (!content.empty()) {
        const ssize_t put = ::write(fd, content.data(), content.size());
        if (put < 0 && errno == EINTR) continue;
        if (put < 0) return failure("write", path);
        content.remove_prefix(static_cast<std::size_t>(put));
    }
    if (::fsync(fd) != 0) return failure("write", path);
    return {};
}

bool is_credential(const std::string& path) {
    const char* variable = std::getenv("CREDENTIALS_DIRECTORY");
    if (variable == nullptr || *variable == '\0') return false;
    const auto folder = std::filesystem::path(variable).lexically_normal();
    const auto inside = std::filesystem::path(path).lexically_normal().lexically_relative(folder);
    return !inside.empty() && *inside.begin() != ".." && *inside.begin() != ".";
}

Result<> judge_secret(const struct stat& info, const std::string& path) {
    if (!S_ISREG(info.st_mode)) return Error(Fault::refused, path + " is not a regular file");
    if (is_credential(path)) return {};
    if (info.st_uid != ::geteuid() && info.st_uid != 0) {
        return Error(Fault::refused,
                     fmt::format("{} holds a secret but belongs to user {}: chown it to root or to "
                                 "the user outrider runs as",
                                 path, info.st_uid));
    }
    if ((info.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
        return Error(Fault::refused,
                     fmt::format("{} holds a secret but others may use it (mode {:04o}): "
                                 "chmod 0600 it",
                                 path, info.st_mode & 07777U));
    }
    return {};
}

Result<> sync_folder_of(const std::string& path) {
    std::string folder = std::filesystem::path(path).parent_path();
    if (folder.empty()) folder = ".";
    const Descriptor directory(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!directory || ::fsync(directory.get()) != 0) return failure("write", folder);
    return {};
}

}  // namespace

Result<std::string> read_file(const std::string& path, std::size_t limit) {
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file) return failure("open", path);
    return read_all(file.get(), path, limit);
}

Result<std::string> read_private_file(const std::string& path, std::size_t limit) {
    // Without O_NONBLOCK a fifo in the file's place would hold us up before we see what it is.
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (!file) return failure("open", path);
    struct stat info {};
    if (::fstat(file.get(), &info) != 0) return failure("examine", path);
    const Result<> judged = judge_secret(info, path);
    if (!judged) return judged.error();
    return read_all(file.get(), path, limit);
}

Result<std::string> read_secret(const std::string& path) {
    Result<std::string> secret = read_private_file(path, longest_secret);
    if (!secret) return secret;
    if (secret->ends_with('\n')) secret->pop_back();
    if (secret->ends_with('\r')) secret->pop_back();
    const auto control = [](unsigned char c) { return c < 0x20 || c == 0x7f; };
    if (std::any_of(secret->begin(), secret->end(), control)) {
        return Error(Fault::malformed, path +
                                           " holds more than one line of text: put only the "
                                           "secret into it");
    }
    if (secret->empty()) {
        return Error(Fault::malformed, path + " is empty: put the secret into it");
    }
    return secret;
}

Result<> replace_file(const std::string& path, std::string_view content) {
    std::string beside = path + ".XXXXXX";
    Descriptor file(::mkostemp(beside.data(), O_CLOEXEC));
    if (!file) return failure("write beside", path);
    Result<> written = write_all(file.get(), beside, content);
    file.close();
    if (written && ::rename(beside.c_str(), path.c_str()) != 0) {
        written = failure("replace", path);
    }
    if (!written) {
        ::unlink(beside.c_str());
        return written;
    }
    return sync_folder_of(path);
}

Result<> make_directories(const std::string& path) {
    std::filesystem::path grown;
    for (const std::filesystem::path& part : std::filesystem::path(path)) {
        grown /= part;
        if (part == "/" || part.empty()) continue;
        if (::mkdir(grown.c_str(), S_IRWXU) != 0 && errno != EEXIST) {
            return failure("make the directory", grown);
        }
    }
    std::error_code ignored;
    if (!std::filesystem::is_directory(path, ignored)) {
        return Error(Fault::storage, path + " is not a directory");
    }
    return {};
}

}  // namespace outrider
