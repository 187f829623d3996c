#include "platform/workers.hpp"

#include "platform/descriptor.hpp"

#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <new>
#include <optional>
#include <string_view>
#include <utility>

namespace outrider {

namespace {

static_assert(std::atomic<std::uint64_t>::is_always_lock_free);

constexpr char good = '+', bad = '-';  // before a result, and before the fault's digit and an error

Error failure(std::string_view what) {
    return Error(Fault::storage, fmt::format("cannot {}: {}", what, std::strerror(errno)));
}

// Memory that all processes share.
class Board {
public:
    explicit Board(std::size_t count) : count_(count) {
        void* const place =
            ::mmap(nullptr, bytes(), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        if (place == MAP_FAILED) return;
        notes_ = static_cast<WorkerNotes*>(place);
        for (std::size_t i = 0; i < count_; ++i) new (&notes_[i]) WorkerNotes();
    }
    ~Board() {
        if (notes_ != nullptr) ::munmap(notes_, bytes());
    }
    Board(const Board&) = delete;
    Board& operator=(const Board&) = delete;
    explicit operator bool() const { return notes_ != nullptr; }
    WorkerNotes& operator[](std::size_t i) { return notes_[i]; }
    std::span<const WorkerNotes> all() const { return {notes_, count_}; }

private:
    std::size_t bytes() const { return count_ * sizeof(WorkerNotes); }
    std::size_t count_;
    WorkerNotes* notes_ = nullptr;
};

// While this lives, signals wait to be asked for. They stop a worker, whatever they did before.
class PatientSignals {
public:
    PatientSignals() {
        sigemptyset(&waiting_);
        for (const int signal : {SIGINT, SIGTERM, SIGCHLD}) sigaddset(&waiting_, signal);
        sigprocmask(SIG_BLOCK, &waiting_, &before_);
        struct sigaction usual {};
        usual.sa_handler = SIG_DFL;
        sigaction(SIGCHLD, &usual, &children_);  // ignored, nobody would hear how a worker ended
    }
    ~PatientSignals() {
        sigaction(SIGCHLD, &children_, nullptr);
        sigprocmask(SIG_SETMASK, &before_, nullptr);
    }
    PatientSignals(const PatientSignals&) = delete;
    PatientSignals& operator=(const PatientSignals&) = delete;
    void let_through() const {
        for (const int signal : {SIGINT, SIGTERM}) std::signal(signal, SIG_DFL);
        sigprocmask(SIG_SETMASK, &before_, nullptr);
    }
    // SIGINT or SIGTERM; 0 after a worker ended or when the time is over.
    int next(timespec limit) const {
        const int signal = sigtimedwait(&waiting_, nullptr, &limit);
        return signal == SIGINT || signal == SIGTERM ? signal : 0;
    }

private:
    sigset_t waiting_{}, before_{};
    struct sigaction children_ {};
};

struct Worker {
    pid_t pid = -1;  // -1 when it has ended
    Descriptor result;
};

bool write_whole(int fd, std::string_view text) {
    while (!text.empty()) {
        const ssize_t written = ::write(fd, text.data(), text.size());
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return false;
        text.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
}

// An exception is a bug: it ends the worker by SIGABRT, which the others hear of.
[[noreturn]] void be_worker(const Work& work, std::size_t number, WorkerNotes& notes,
                            int fd) noexcept {
    const Result<std::string> result = work.play(number, notes);
    const std::string head =
        result ? std::string(1, good) : std::string{bad, static_cast<char>(result.error().fault)};
    const bool written =
        write_whole(fd, head) && write_whole(fd, result ? *result : result.error().detail);
    std::fflush(nullptr);
    ::_exit(written ? 0 : EXIT_FAILURE);
}

std::string how_it_ended(int status) {
    if (WIFSIGNALED(status)) {
        const int signal = WTERMSIG(status);
        return fmt::format("was killed by signal {} ({})", signal, ::strsignal(signal));
    }
    return fmt::format("ended with exit code {}", WEXITSTATUS(status));
}

class Workers {
public:
    explicit Workers(const Work& work) : work_(work), board_(work.workers) {}
    ~Workers() { stop(); }
    Workers(const Workers&) = delete;
    Workers& operator=(const Workers&) = delete;

    Result<> start();
    Result<std::vector<std::string>> wait();

private:
    std::optional<Error> reap();
    Result<std::string> take(std::size_t number);
    void stop();

    const Work& work_;
    PatientSignals signals_;
    Board board_;
    std::vector<Worker> workers_;
    std::size_t running_ = 0;
    std::vector<std::string> results_;
};

Result<> Workers::start() {
    if (!board_) return failure("share memory with workers");
    std::fflush(nullptr);  // or each would write again what waits to be written
    results_.resize(work_.workers);
    const pid_t us = ::getpid();
    for (std::size_t i = 0; i < work_.workers; ++i) {
        Worker worker;
        worker.result = Descriptor(::memfd_create("result", MFD_CLOEXEC));
        if (!worker.result) return failure("make a temporary file for a worker");
        worker.pid = ::fork();
        if (worker.pid < 0) return failure("start a worker");
        if (worker.pid == 0) {
            ::prctl(PR_SET_PDEATHSIG, SIGKILL);
            if (::getppid() != us) ::_exit(EXIT_FAILURE);
            signals_.let_through();
            be_worker(work_, i, board_[i], worker.result.get());
        }
        workers_.push_back(std::move(worker));
        ++running_;
    }
    return {};
}

Result<std::string> Workers::take(std::size_t number) {
    const int fd = workers_[number].result.get();
    struct stat about {};
    if (::fstat(fd, &about) != 0) return failure("read a worker's result");
    const auto size = static_cast<std::size_t>(about.st_size);
    if (size == 0 || size > Work::most_bytes)
        return Error(Fault::too_large, fmt::format("{}: a result of {} bytes",
                                                   work_.name(number, board_[number]), size));
    std::string text(size, '\0');
    for (std::size_t read = 0; read < size;) {
        const ssize_t got = ::pread(fd, text.data() + read, size - read, static_cast<off_t>(read));
        if (got <= 0) return failure("read a worker's result");
        read += static_cast<std::size_t>(got);
    }
    workers_[number].result.close();
    if (text.front() == good) return text.substr(1);
    return Error(static_cast<Fault>(text[1]), text.substr(2));
}

std::optional<Error> Workers::reap() {
    for (std::size_t i = 0; i < workers_.size(); ++i) {
        int status = 0;
        if (workers_[i].pid < 0 || ::waitpid(workers_[i].pid, &status, WNOHANG) <= 0) continue;
        workers_[i].pid = -1;
        --running_;
        if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
            return Error(Fault::refused,
                         fmt::format("{} {}", work_.name(i, board_[i]), how_it_ended(status)));
        Result<std::string> result = take(i);
        if (!result) return result.error();
        results_[i] = std::move(*result);
    }
    return std::nullopt;
}

Result<std::vector<std::string>> Workers::wait() {
    timespec told{};
    ::clock_gettime(CLOCK_MONOTONIC, &told);
    while (true) {
        if (const auto failed = reap()) return *failed;
        timespec now{};
        ::clock_gettime(CLOCK_MONOTONIC, &now);
        if (work_.watch && (now.tv_sec != told.tv_sec || running_ == 0)) {
            told = now;
            work_.watch(board_.all());
        }
        if (running_ == 0) return std::move(results_);
        const int signal = signals_.next({0, 200'000'000});
        if (signal != 0)
            return Error(Fault::cancelled, fmt::format("stopped by {}: nothing was written",
                                                       signal == SIGINT ? "SIGINT" : "SIGTERM"));
    }
}

void Workers::stop() {
    constexpr int patience = 20;
    for (const Worker& worker : workers_)
        if (worker.pid > 0) ::kill(worker.pid, SIGTERM);
    for (int i = 0; running_ > 0; ++i) {
        for (Worker& worker : workers_) {
            if (worker.pid <= 0) continue;
            if (i == patience) ::kill(worker.pid, SIGKILL);
            if (::waitpid(worker.pid, nullptr, i < patience ? WNOHANG : 0) == 0) continue;
            worker.pid = -1;
            --running_;
        }
        if (running_ > 0) signals_.next({0, 100'000'000});
    }
}

}  // namespace

Result<std::vector<std::string>> run_workers(const Work& work) {
    if (work.workers < 1 || work.workers > Work::most_workers)
        return Error(Fault::malformed,
                     fmt::format("{} processes: give 1 to {}", work.workers, Work::most_workers));
    Workers workers(work);
    if (const Result<> started = workers.start(); !started) return started.error();
    return workers.wait();
}

}  // namespace outrider
