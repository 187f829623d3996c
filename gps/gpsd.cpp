#include "gps/gpsd.hpp"

#include "gps/gpsd_facts.hpp"
#include "gps/lines.hpp"
#include "platform/log.hpp"
#include "platform/tasks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace outrider::gps {
namespace {

constexpr Duration connect_limit = std::chrono::seconds(15);  // the connector's own is shorter
// A connection that reports after so long is a good one: what went wrong before it is over ...
constexpr Duration proven_after = std::chrono::seconds(10);
// ... but it is not told as news again if it has happened lately.
constexpr Duration forgotten_after = std::chrono::minutes(10);

// The thin loop: it obeys GpsdFacts, which decides.
class Gpsd final : public Source {
public:
    Gpsd(net::Connector& connector, Clock& clock, GpsdOptions options, Dice dice)
        : connector_(connector),
          clock_(clock),
          options_(options),
          dice_(dice),
          retry_(options.first_retry),
          longest_absence_(options.longest_retry),
          facts_(std::move(options)) {
        if (facts_.here()) longest_absence_ = options_.longest_retry_here;
    }

    Async<Result<Fix>> next() override;
    SourceView view(Uptime now) const override {
        SourceView view = facts_.view(now);
        view.unreadable += lines_.skipped();
        return view;
    }

private:
    // These fail with Fault::cancelled only: what else goes wrong is kept in broken_.
    Async<Result<>> connect();
    Async<Result<>> say(std::string command);
    Async<Result<>> read_until(Uptime until);
    Async<Result<>> read_some();
    std::optional<Fix> buffered();
    void complain(const std::string& why);
    void drop(std::string why);

    net::Connector& connector_;
    Clock& clock_;
    GpsdOptions options_;
    Dice dice_;
    Duration retry_;            // before jitter
    Duration longest_absence_;  // the same, where nobody speaks at all
    Duration pause_{};          // until the next attempt

    net::StreamPtr stream_;
    Uptime connected_{};
    std::optional<std::string> broken_;  // why nothing more will come
    std::array<char, 16 * 1024> chunk_{};
    Lines lines_;
    GpsdReader reader_;
    GpsdFacts facts_;
    FallingRate complaints_;
    Uptime dropped_{};        // the last connection, or attempt at one, or hope of an answer
    bool complained_ = true;  // so that the first success is told as well
};

Async<Result<Fix>> Gpsd::next() {
    for (;;) {
        if (std::optional<Fix> fix = buffered()) co_return std::move(*fix);
        if (stream_ && broken_) drop(*std::exchange(broken_, std::nullopt));
        Result<> done;
        if (stream_) {
            const GpsdStep step = facts_.step(clock_.uptime());
            using Kind = GpsdStep::Kind;
            if (step.kind == Kind::read) done = co_await read_until(step.until);
            if (step.kind == Kind::watch) done = co_await say(watch_command(options_.device));
            if (step.kind == Kind::ask) done = co_await say("?DEVICES;\n");
            if (step.kind == Kind::tell) complain(step.why);
            if (step.kind == Kind::drop) drop(step.why);
        } else {
            done = co_await connect();
        }
        if (!done) co_return done.error();
    }
}

// One attempt, after the pause that is due.
Async<Result<>> Gpsd::connect() {
    if (pause_ > Duration::zero()) {
        const std::unique_ptr<Alarm> alarm = clock_.alarm();
        Result<> slept = co_await alarm->sleep(pause_);
        if (!slept) co_return slept;
    }
    Result<net::StreamPtr> stream =
        co_await within(clock_, connect_limit, "connecting", connector_.connect());
    if (stream) {
        stream_ = std::move(*stream);
        broken_.reset();
        connected_ = clock_.uptime();
        facts_.connected(connected_);
    } else if (stream.error().fault == Fault::cancelled) {
        co_return stream.error();
    } else {
        drop(fmt::format("gpsd does not answer at {}: systemctl status gpsd.socket ({})",
                         facts_.place(), stream.error().detail));
    }
    co_return Result<>();
}

Async<Result<>> Gpsd::say(std::string command) {
    Result<> sent =
        co_await within(clock_, options_.greeting_limit, "asking", stream_->write(command));
    if (sent || sent.error().fault == Fault::cancelled) co_return sent;
    broken_ = fmt::format("gpsd at {} takes no commands: systemctl restart gpsd.service ({})",
                          facts_.place(), sent.error().detail);
    co_return Result<>();
}

Async<Result<>> Gpsd::read_until(Uptime until) {
    const Duration limit = std::max(until - clock_.uptime(), Duration(1));
    Result<> read = co_await within(clock_, limit, "waiting", read_some());
    if (!read && read.error().fault == Fault::cancelled) co_return read;
    co_return Result<>();  // too late is not too bad: the next step decides
}

// What has been read is kept by itself, and not returned: a deadline that falls on the very moment
// loses nothing.
Async<Result<>> Gpsd::read_some() {
    const std::span<char> into(chunk_);
    Result<std::size_t> count = co_await stream_->read_some(into);
    if (!count && count.error().fault == Fault::cancelled) co_return count.error();
    if (!count)
        broken_ =
            fmt::format("the connection to gpsd at {} broke: systemctl status gpsd.service ({})",
                        facts_.place(), count.error().detail);
    else if (*count == 0)
        broken_ =
            facts_.greeted()
                ? fmt::format("gpsd at {} has ended: systemctl status gpsd.service", facts_.place())
                : fmt::format(
                      "gpsd at {} hangs up at once: it may have all the 64 clients "
                      "it takes",
                      facts_.place());
    else
        lines_.add(std::string_view(chunk_.data(), *count));
    if (lines_.endless())
        broken_ =
            fmt::format("{} sends no lines: it is no gpsd, correct the setting", facts_.place());
    co_return Result<>();
}

std::optional<Fix> Gpsd::buffered() {
    while (const std::optional<std::string_view> line = lines_.next()) {
        if (line->empty()) continue;
        const bool spoke = facts_.speaks();
        std::optional<Fix> fix = facts_.take(reader_.read(*line), clock_.uptime());
        if (facts_.speaks() && !spoke && std::exchange(complained_, false))
            log(Level::notice, "gpsd: connected to " + facts_.daemon());
        if (!fix) continue;
        if (clock_.uptime() - connected_ >= proven_after) retry_ = options_.first_retry;
        return fix;
    }
    return std::nullopt;
}

void Gpsd::complain(const std::string& why) {
    const Uptime now = clock_.uptime();
    if (now - dropped_ > forgotten_after) complaints_.reset();
    dropped_ = now;
    if (!complaints_.due(now)) return;
    log(Level::warning, "gpsd: " + why);
    complained_ = true;
}

void Gpsd::drop(std::string why) {
    complain(why);
    // A gpsd that ends again and again is not to be hammered. Where nobody is, nobody minds, nor
    // does a gpsd with no place for another client: it costs it an accept and a close.
    const Duration longest = facts_.greeted() ? options_.longest_retry : longest_absence_;
    stream_.reset();
    lines_.clear();
    facts_.disconnected(std::move(why));
    const Duration most = std::min(retry_, longest);
    std::uniform_int_distribution<Duration::rep> jitter(most.count() / 2, most.count());
    pause_ = Duration(jitter(dice_));
    retry_ = std::max(retry_, std::min(retry_ * 2, longest));
}

}  // namespace

std::unique_ptr<Source> make_gpsd(net::Connector& connector, Clock& clock, GpsdOptions options,
                                  Dice dice) {
    return std::make_unique<Gpsd>(connector, clock, std::move(options), dice);
}

}  // namespace outrider::gps
