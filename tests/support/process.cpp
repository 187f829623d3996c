#include "tests/support/process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/inotify.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <system_error>

namespace outrider::test {
namespace {

using Steady = std::chrono::steady_clock;

[[noreturn]] void fail(const std::string& doing) {
    throw std::system_error(errno, std::generic_category(), doing);
}

std::vector<std::string> environment_with(const std::map<std::string, std::string>& added) {
    std::vector<std::string> all;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        const std::string_view text(*entry);
        if (!added.contains(std::string(text.substr(0, text.find('='))))) all.emplace_back(text);
    }
    for (const auto& [name, value] : added) all.push_back(name + "=" + value);
    return all;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> out;
    for (std::string& text : texts) out.push_back(text.data());
    out.push_back(nullptr);
    return out;
}

int open_output(const std::string& file) {
    const char* path = file.empty() ? "/dev/null" : file.c_str();
    const int fd = ::open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (fd < 0) fail("open " + file);
    return fd;
}

std::string content(const std::string& file) {
    std::ifstream in(file);
    std::stringstream text;
    text << in.rdbuf();
    return text.str();
}

std::string folder_of(const std::string& path) {
    const std::string folder = std::filesystem::path(path).parent_path();
    return folder.empty() ? "." : folder;
}

int milliseconds_until(Steady::time_point end) {
    const auto left = std::chrono::ceil<Duration>(end - Steady::now()).count();
    return static_cast<int>(std::clamp<Duration::rep>(left, 0, 1'000'000));
}

// Says when something happens in the folders of the given files.
class Watch {
public:
    explicit Watch(const std::vector<std::string>& files)
        : fd_(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK)) {
        if (fd_ < 0) fail("inotify_init1");
        for (const std::string& file : files) {
            if (file.empty()) continue;
            ::inotify_add_watch(fd_, folder_of(file).c_str(), IN_CREATE | IN_MODIFY | IN_MOVED_TO);
        }
    }
    ~Watch() { ::close(fd_); }
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;

    // False when `end` came first. `also` is a descriptor whose readability ends the wait too.
    bool wait(Steady::time_point end, int also) {
        std::array<pollfd, 2> polled = {{{fd_, POLLIN, 0}, {also, POLLIN, 0}}};
        const int ready = ::poll(polled.data(), polled.size(), milliseconds_until(end));
        std::array<char, 4096> events;
        while (::read(fd_, events.data(), events.size()) > 0) continue;
        return ready != 0;
    }

private:
    int fd_;
};

}  // namespace

Process::Process(const std::string& program, const Options& options)
    : output_file_(options.output_file), error_file_(options.error_file) {
    std::vector<std::string> arguments = options.arguments;
    arguments.insert(arguments.begin(), program);
    std::vector<std::string> environment = environment_with(options.environment);
    const std::vector<char*> argument_pointers = pointers(arguments);
    const std::vector<char*> environment_pointers = pointers(environment);
    const int output = open_output(output_file_);
    const int errors = open_output(error_file_);
    const int input = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    const pid_t parent = ::getpid();

    // Not posix_spawn: it cannot ask for the child to die with us.
    pid_ = ::fork();
    if (pid_ == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (::getppid() != parent) ::_exit(127);
        ::setpgid(0, 0);
        ::dup2(input, STDIN_FILENO);
        ::dup2(output, STDOUT_FILENO);
        ::dup2(errors, STDERR_FILENO);
        if (!options.directory.empty() && ::chdir(options.directory.c_str()) != 0) ::_exit(127);
        ::execvpe(program.c_str(), argument_pointers.data(), environment_pointers.data());
        ::_exit(127);
    }
    for (const int fd : {input, output, errors}) ::close(fd);
    if (pid_ < 0) fail("fork");
    ::setpgid(pid_, pid_);
    // glibc 2.36 declares pidfd_open without C linkage.
    pidfd_ = static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0));
    if (pidfd_ < 0) {
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
        fail("pidfd_open");
    }
}

Process::~Process() {
    // The group outlives its leader when that has started others.
    ::kill(-pid_, SIGKILL);
    if (!exit_code_) {
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
    }
    ::close(pidfd_);
}

bool Process::running() { return !wait(Duration::zero()); }

void Process::kill(int signal) {
    if (!exit_code_) ::kill(pid_, signal);
}

std::optional<int> Process::wait(Duration limit) {
    if (exit_code_) return exit_code_;
    const auto end = Steady::now() + limit;
    pollfd polled{pidfd_, POLLIN, 0};
    while (::poll(&polled, 1, milliseconds_until(end)) < 0 && errno == EINTR) continue;
    int status = 0;
    if (::waitpid(pid_, &status, WNOHANG) != pid_) return std::nullopt;
    exit_code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return exit_code_;
}

std::string Process::output() const { return content(output_file_); }
std::string Process::errors() const { return content(error_file_); }

bool Process::has_text(std::string_view text) const {
    return output().find(text) != std::string::npos || errors().find(text) != std::string::npos;
}

bool Process::wait_for_text(std::string_view text, Duration limit) {
    const auto end = Steady::now() + limit;
    Watch watch({output_file_, error_file_});
    while (!has_text(text)) {
        if (!running()) return has_text(text);
        if (!watch.wait(end, pidfd_)) return has_text(text);
    }
    return true;
}

bool wait_for_path(const std::string& path, Duration limit) {
    const auto end = Steady::now() + limit;
    Watch watch({path});
    struct stat info {};
    while (::stat(path.c_str(), &info) != 0) {
        if (!watch.wait(end, -1)) return ::stat(path.c_str(), &info) == 0;
    }
    return true;
}

}  // namespace outrider::test
