#include "platform/clock.hpp"

#include <sys/timerfd.h>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <fstream>
#include <map>
#include <system_error>
#include <utility>

namespace outrider {
namespace {

namespace asio = boost::asio;

constexpr auto use_tuple = asio::as_tuple(asio::use_awaitable);
constexpr Duration longest_sleep = std::chrono::hours(24 * 365 * 100);

class Bed;

// Everyone asleep, and the one kernel timer that wakes the first of them. Asio's own timers stand
// still while the machine is suspended, so a token would look fresh after a night; this one is
// CLOCK_BOOTTIME's.
class Dormitory : public std::enable_shared_from_this<Dormitory> {
public:
    explicit Dormitory(Executor executor) : timer_(executor, open_timer()) {}

    Executor executor() { return timer_.get_executor(); }
    void add(Uptime due, Bed& bed);
    void remove(Bed& bed);

    static Uptime uptime() {
        timespec now{};
        ::clock_gettime(CLOCK_BOOTTIME, &now);
        return Uptime(std::chrono::floor<Duration>(std::chrono::seconds(now.tv_sec) +
                                                   std::chrono::nanoseconds(now.tv_nsec)));
    }

private:
    static int open_timer() {
        const int fd = ::timerfd_create(CLOCK_BOOTTIME, TFD_NONBLOCK | TFD_CLOEXEC);
        if (fd < 0) throw std::system_error(errno, std::generic_category(), "timerfd_create");
        return fd;
    }
    void arm();
    void watch();
    void wake();

    asio::posix::stream_descriptor timer_;
    std::multimap<Uptime, Bed*> sleepers_;
    std::optional<Uptime> armed_;
    bool watching_ = false;
};

class Bed final : public Alarm {
public:
    explicit Bed(std::shared_ptr<Dormitory> dormitory)
        : dormitory_(std::move(dormitory)),
          gate_(dormitory_->executor(), asio::steady_timer::time_point::max()) {}
    ~Bed() override { dormitory_->remove(*this); }

    Async<Result<>> sleep(Duration d) override {
        if (std::exchange(rung_, false)) co_return Result<>();
        const Duration span = std::clamp(d, Duration::zero(), longest_sleep);
        dormitory_->add(Dormitory::uptime() + span, *this);
        co_await gate_.async_wait(use_tuple);
        dormitory_->remove(*this);
        if (std::exchange(rung_, false)) co_return Result<>();
        co_return Error(Fault::cancelled, "the wait was cancelled");
    }

    void ring() override {
        rung_ = true;
        gate_.cancel();
    }

private:
    std::shared_ptr<Dormitory> dormitory_;
    asio::steady_timer gate_;  // never expires, only rung
    bool rung_ = false;
};

void Dormitory::add(Uptime due, Bed& bed) {
    sleepers_.emplace(due, &bed);
    arm();
    if (!watching_) watch();
}

// The kernel's timer is left as it is: waking once for nobody is cheaper than setting it each time.
void Dormitory::remove(Bed& bed) {
    std::erase_if(sleepers_, [&](const auto& sleeper) { return sleeper.second == &bed; });
}

void Dormitory::arm() {
    if (sleepers_.empty()) return;
    const Uptime first = sleepers_.begin()->first;
    if (armed_ && *armed_ <= first) return;
    // Zero would disarm it; a moment just past rings at once.
    const Duration since_boot = std::max(first.time_since_epoch(), Duration(1));
    const auto whole = std::chrono::floor<std::chrono::seconds>(since_boot);
    itimerspec setting{};
    setting.it_value.tv_sec = whole.count();
    setting.it_value.tv_nsec = std::chrono::nanoseconds(since_boot - whole).count();
    if (::timerfd_settime(timer_.native_handle(), TFD_TIMER_ABSTIME, &setting, nullptr) != 0) {
        throw std::system_error(errno, std::generic_category(), "timerfd_settime");
    }
    armed_ = first;
}

void Dormitory::watch() {
    watching_ = true;
    timer_.async_wait(asio::posix::stream_descriptor::wait_read,
                      [weak = weak_from_this()](boost::system::error_code failed) {
                          const auto self = weak.lock();
                          if (!failed && self) self->wake();
                      });
}

void Dormitory::wake() {
    watching_ = false;
    armed_.reset();
    const Uptime now = uptime();
    while (!sleepers_.empty() && sleepers_.begin()->first <= now) {
        Bed* bed = sleepers_.begin()->second;
        sleepers_.erase(sleepers_.begin());
        bed->ring();
    }
    arm();
    if (!sleepers_.empty()) watch();
}

class SystemClock final : public Clock {
public:
    explicit SystemClock(Executor executor)
        : dormitory_(std::make_shared<Dormitory>(std::move(executor))) {}

    Instant now() const override {
        return std::chrono::floor<Duration>(std::chrono::system_clock::now());
    }
    Uptime uptime() const override { return Dormitory::uptime(); }
    std::unique_ptr<Alarm> alarm() override { return std::make_unique<Bed>(dormitory_); }

private:
    std::shared_ptr<Dormitory> dormitory_;
};

}  // namespace

std::string Clock::doubts() const {
    return "the device's clock says " + to_rfc3339(now()) + " and may be wrong: set it";
}

std::string boot_id() {
    std::string boot;
    std::getline(std::ifstream("/proc/sys/kernel/random/boot_id"), boot);
    return boot;
}

std::unique_ptr<Clock> make_system_clock(Executor executor) {
    return std::make_unique<SystemClock>(std::move(executor));
}

Instant local_midnight(Instant instant) {
    const std::time_t seconds = std::chrono::system_clock::to_time_t(instant);
    std::tm parts{};
    if (::localtime_r(&seconds, &parts) == nullptr) {
        return std::chrono::floor<std::chrono::days>(instant);
    }
    parts.tm_hour = parts.tm_min = parts.tm_sec = 0;
    parts.tm_isdst = -1;  // of that midnight, not of now
    const std::time_t midnight = std::mktime(&parts);
    if (midnight == -1) return std::chrono::floor<std::chrono::days>(instant);
    return std::chrono::floor<Duration>(std::chrono::system_clock::from_time_t(midnight));
}

}  // namespace outrider
