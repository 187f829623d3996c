#include "client/fleet/carrier.hpp"

#include "client/api/ping.hpp"
#include "client/fleet/chance.hpp"
#include "platform/log.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace outrider::fleet {
namespace {

constexpr Duration hurried_tick = std::chrono::milliseconds(1);  // behind plan: let others run, too
constexpr std::size_t most_at_once = 500;                        // fixes of one tick
constexpr Duration receivers_step = std::chrono::seconds(1);
constexpr int settling_fixes = 4;  // until a judge believes
constexpr std::size_t page = 10'000;

constexpr Duration jobs_last = std::chrono::minutes(100);  // about five of them fill a shift
constexpr double with_power = 0.25;                        // of receivers, with the engine off

enum : std::uint64_t { of_phase = 101, of_home, of_ground, of_retries, of_power, of_days };

double seconds_of(Duration duration) { return std::chrono::duration<double>(duration).count(); }

const std::string& not_reported(gps::Verdict verdict) {
    static const std::map<gps::Verdict, std::string> accounts = [] {
        std::map<gps::Verdict, std::string> all;
        for (const gps::Verdict each : gps::all_verdicts()) {
            all.emplace(each, fmt::format("not_reported:{}", gps::name(each)));
        }
        return all;
    }();
    return accounts.at(verdict);
}

// Suburbs mostly. A load that is to be so many pings a second has no tunnels, and power always.
VanSettings van_of(std::uint64_t seed, std::optional<Duration> interval) {
    constexpr double town_m = 8000;
    Chance home(mix(seed, of_home));
    const double ground = Chance(mix(seed, of_ground)).uniform();
    VanSettings van;
    van.ground = ground < 0.7    ? Ground::suburb
                 : ground < 0.85 ? Ground::downtown
                                 : Ground::motorway;
    if (interval) van.sky = SkySettings{28, 1e12, 0};
    van.keeps_power = interval || Chance(mix(seed, of_power)).happens(with_power);
    if (!interval) van.jobs_last = jobs_last;
    van.home.east_m = home.between(-town_m, town_m);
    van.home.north_m = home.between(-town_m, town_m);
    van.interval = interval.value_or(receivers_step);
    van.roams = true;
    return van;
}

}  // namespace

gps::JudgeSettings judge_at(Duration interval) {
    gps::JudgeSettings judge;
    judge.cadence.wait = Duration::zero();
    judge.cadence.interval = judge.cadence.followed_interval = interval;
    judge.cadence.heartbeat_interval = interval;
    return judge;
}

Result<std::unique_ptr<Carrier>> Carrier::open(Clock& clock, std::unique_ptr<offline::Store> store,
                                               std::shared_ptr<api::Uplink> uplink,
                                               const CarrierSettings& settings, Tally& tally) {
    std::unique_ptr<Carrier> carrier(
        new Carrier(clock, std::move(store), std::move(uplink), settings, tally));
    if (auto boarded = carrier->board(settings); !boarded) return boarded.error();
    return carrier;
}

Carrier::Carrier(Clock& clock, std::unique_ptr<offline::Store> store,
                 std::shared_ptr<api::Uplink> uplink, const CarrierSettings& settings, Tally& tally)
    : clock_(clock),
      store_(std::move(store)),
      uplink_(std::move(uplink)),
      tally_(tally),
      meter_(*uplink_, clock, tally,
             [this](const offline::Envelope& envelope) { acknowledged(envelope); }),
      alarm_(clock.alarm()),
      speed_(settings.speed),
      step_(settings.interval.value_or(receivers_step)),
      earlier_(std::llround(static_cast<double>(settings.duration.count()) * (speed_ - 1))),
      rounds_((earlier_ + settings.duration) / step_),
      most_waiting_(settings.most_waiting),
      judge_(settings.interval ? judge_at(*settings.interval) : gps::JudgeSettings{}),
      tick_(settings.tick),
      first_tick_(settings.first_tick) {
    const Dice dice(mix(mix(settings.seed, of_retries),
                        static_cast<std::uint64_t>(
                            settings.technicians.empty() ? 0 : settings.technicians.front())));
    courier_ = std::make_unique<agent::Courier>(*store_, meter_, clock, settings.sync,
                                                agent::RetrySettings{}, dice);
    carried_over_ = waiting();
}

Result<> Carrier::board(const CarrierSettings& settings) {
    struct Seat {
        Duration phase;
        std::int64_t number;
        std::uint64_t seed;
    };
    std::vector<Seat> seats;
    for (const std::int64_t number : settings.technicians) {
        const std::uint64_t seed = mix(settings.seed, static_cast<std::uint64_t>(number));
        const auto steps = static_cast<std::uint64_t>(step_.count());
        seats.push_back({Duration(mix(seed, of_phase) % steps), number, seed});
    }
    std::sort(seats.begin(), seats.end(), [](const Seat& a, const Seat& b) {
        return std::pair(a.phase, a.number) < std::pair(b.phase, b.number);
    });
    technicians_.reserve(seats.size());
    wakes_.resize(seats.size());
    acknowledged_.resize(seats.size());
    const bool seen_before = store_->ledger().balance("accepted:pings") > 0;
    return store_->commit(clock_.now(), [&]() -> Result<> {
        api::Destination destination = settings.destination;
        for (const Seat& seat : seats) {
            destination.unit_id = settings.destination.unit_id + std::to_string(seat.number);
            destination.unit_name = "Technician " + std::to_string(seat.number);
            const auto id = store_->outbox().destination(api::encode(destination));
            if (!id) return id.error();
            Technician& technician =
                technicians_.emplace_back(van_of(seat.seed, settings.interval), seat.seed, judge_);
            technician.phase = seat.phase;
            technician.destination = *id;
            technician.is_new = !seen_before;
            if (!settings.interval) technician.days = WorkingDays(mix(seat.seed, of_days));
            by_destination_.emplace_back(*id, technicians_.size() - 1);
            if (seat.number < static_cast<std::int64_t>(Figures::most_trails)) {
                const auto known =
                    sketches_.emplace(technicians_.size() - 1, Sketch(seat.number)).first;
                technician.sketch = &known->second;
            }
            if (settings.interval) settle_in(technician);
        }
        std::sort(by_destination_.begin(), by_destination_.end());
        return {};
    });
}

// Its receiver has been on for a while, so that the first fix of the plan is believed.
void Carrier::settle_in(Technician& technician) {
    const Uptime uptime = clock_.uptime() + technician.phase;
    const Instant now = clock_.now() - earlier_ + technician.phase;
    for (int before = settling_fixes; before > 0; --before) {
        const gps::Fix fix = technician.van.fix(now - before * step_, uptime - before * step_);
        technician.judge.add(fix, *fix.time, verdicts_);
        technician.van.pass(seconds_of(step_));
    }
    verdicts_.clear();
}

Duration Carrier::simulated(std::int64_t round, std::size_t technician) const {
    return round * step_ + technicians_[technician].phase;
}

std::optional<Duration> Carrier::next_due() const {
    if (done()) return std::nullopt;
    const auto due = static_cast<double>(simulated(round_, next_).count());
    return Duration(static_cast<Duration::rep>(due / speed_));
}

std::int64_t Carrier::unmade() const {
    std::int64_t sum = 0;
    for (std::size_t i = 0; i < technicians_.size() && !done(); ++i) {
        const std::int64_t from = std::max(wakes_[i], round_ + (i < next_ ? 1 : 0));
        if (from >= rounds_) continue;
        const auto& days = technicians_[i].days;
        sum += days ? days->work_between(simulated(from, i), simulated(rounds_, i)) / step_
                    : rounds_ - from;
    }
    return sum;
}

Async<> Carrier::drive() {
    if (technicians_.empty()) round_ = rounds_;
    Result<> slept = co_await alarm_->sleep(first_tick_);
    while (slept && !driven()) {
        const bool behind = pass_due();
        const Result<> written = write_down();
        if (!written && !std::exchange(complained_, true)) {
            log(Level::error, "fleet: pings wait for the disk: " + written.error().detail);
        }
        const Duration rest = behind && written ? hurried_tick : until_next();
        slept = co_await alarm_->sleep(rest);
    }
}

// Whole ticks: carriers keep the distance from each other that they began with.
Duration Carrier::until_next() const {
    const std::optional<Duration> due = next_due();
    if (!due) return tick_;
    const Duration left = tally_.start + *due - clock_.uptime();
    return std::max<Duration::rep>(1, (left + tick_ - Duration(1)) / tick_) * tick_;
}

// Everyone whose time has come, up to a limit: then more are due.
bool Carrier::pass_due() {
    if (!due_.empty() || waiting() >= most_waiting_) return false;
    const Duration since = clock_.uptime() - tally_.start;
    for (std::size_t count = 0;; ++count) {
        const std::optional<Duration> due = next_due();
        if (!due || *due > since) return false;
        if (count >= most_at_once) return true;
        pass(next_, *due);
        ++next_;
        find_next();
    }
}

// Who sleeps costs a comparison in a round, and a round in which all do costs nothing.
void Carrier::find_next() {
    for (;;) {
        while (next_ < wakes_.size() && wakes_[next_] > round_) ++next_;
        if (next_ < wakes_.size()) return;
        next_ = 0;
        round_ = std::max(round_ + 1, *std::min_element(wakes_.begin(), wakes_.end()));
        if (done()) return;
    }
}

void Carrier::pass(std::size_t index, Duration due) {
    Technician& technician = technicians_[index];
    const Duration since = simulated(round_, index);
    wakes_[index] = round_ + 1;
    if (technician.days && technician.on_duty && !technician.days->at_work(since) &&
        !technician.van.on_the_way()) {
        return end_shift(index, due);
    }
    if (!technician.on_duty) {
        begin_shift(index);
    } else if (technician.passed < round_) {
        technician.van.stand((round_ - technician.passed) * step_);
    }
    technician.van.pass(seconds_of(step_));
    technician.passed = round_ + 1;
    if (technician.sketch != nullptr) technician.sketch->drove(technician.van.place());
    if (technician.van.reports()) return report(index, tally_.start_wall - earlier_ + since, due);
    // Of its standing nobody hears anything, nor is there anything to simulate.
    const Duration shift = technician.days->end_of_shift(since) - technician.phase;
    const std::int64_t end = std::max(round_ + 1, (shift + step_ - Duration(1)) / step_);
    wakes_[index] = std::min(end, round_ + 1 + technician.van.stands_for() / step_);
}

void Carrier::report(std::size_t index, Instant time, Duration due) {
    Technician& technician = technicians_[index];
    const gps::Fix fix = technician.van.fix(time, tally_.start + simulated(round_, index));
    ++tally_.captured;
    technician.judge.add(fix, time, verdicts_);
    take_verdicts(index, due);
}

void Carrier::take_verdicts(std::size_t index, Duration due) {
    for (gps::Judged& judged : verdicts_) {
        if (judged.judgement.verdict == gps::Verdict::reported) {
            due_.push_back({index, tally_.start_wall + due, std::move(judged.fix)});
        } else {
            ++passed_over_.at(static_cast<std::size_t>(judged.judgement.verdict));
        }
    }
    verdicts_.clear();
}

// The computer goes with the ignition: it says where it stands, and is off.
void Carrier::end_shift(std::size_t index, Duration due) {
    Technician& technician = technicians_[index];
    technician.on_duty = false;
    technician.judge.finish(verdicts_);
    take_verdicts(index, due);
    wakes_[index] = WorkingDays::next_shift(simulated(round_, index)) / step_;
}

void Carrier::begin_shift(std::size_t index) {
    Technician& technician = technicians_[index];
    technician.on_duty = true;
    technician.judge = gps::Judge(judge_);
    technician.van.rest((round_ - technician.passed) * step_);
}

void Carrier::count_passed_over() {
    for (std::size_t i = 0; i < passed_over_.size(); ++i) {
        const std::int64_t count = std::exchange(passed_over_[i], 0);
        if (count == 0) continue;
        store_->ledger().count("captured", count);
        store_->ledger().count(not_reported(static_cast<gps::Verdict>(i)), count);
    }
}

// As Tracker does it, but for the journal: nobody asks for the track of one who does not exist.
Result<> Carrier::write_down() {
    if (due_.empty()) return {};
    count_passed_over();
    const Instant now = clock_.now();
    Result<> stored = store_->commit(now, [&]() -> Result<> {
        store_->ledger().count("captured", static_cast<std::int64_t>(due_.size()));
        for (const Due& due : due_) {
            const Technician& technician = technicians_[due.technician];
            const api::Ping ping = api::Ping::of(due.fix, technician.is_new);
            const auto added = store_->outbox().add(offline::Lane::pings, due.planned,
                                                    technician.destination, encode(ping));
            if (!added) return added.error();
        }
        return {};
    });
    if (!stored) return stored;
    const Uptime handed = clock_.uptime();
    for (const Due& due : due_) {
        technicians_[due.technician].is_new = false;
        tally_.handed(due.planned, handed);
    }
    due_.clear();
    courier_->nudge();
    return {};
}

void Carrier::acknowledged(const offline::Envelope& envelope) {
    const auto found = std::lower_bound(by_destination_.begin(), by_destination_.end(),
                                        std::pair(envelope.destination, std::size_t{0}));
    if (found == by_destination_.end() || found->first != envelope.destination) return;
    Instant& newest = acknowledged_[found->second];
    newest = std::max(newest, envelope.written);
    Sketch* const sketch = technicians_[found->second].sketch;
    if (sketch == nullptr) return;
    const auto ping = api::decode_ping(envelope.body);
    if (ping) sketch->reported(ping->latitude, ping->longitude);
}

void Carrier::tell_ages(Instant now) {
    Duration sum{}, oldest{};
    std::int64_t samples = 0;
    for (std::size_t i = 0; i < acknowledged_.size(); ++i) {
        if (acknowledged_[i] == Instant{} || !technicians_[i].on_duty) continue;
        const Duration age = std::max(Duration::zero(), now - acknowledged_[i]);
        sum += age;
        oldest = std::max(oldest, age);
        ++samples;
    }
    const std::int64_t second = tally_.second(clock_.uptime());
    tally_.ages_s.add(second, sum.count() / 1000);
    tally_.age_samples.add(second, samples);
    tally_.oldest_s.add(second, (oldest.count() + 999) / 1000);
}

Result<std::int64_t> Carrier::late_waiting(Uptime now) {
    std::int64_t late = 0, from = 0;
    for (;;) {
        const auto found = store_->outbox().from(offline::Lane::pings, from, page);
        if (!found) return found.error();
        if (found->empty()) return late;
        for (const offline::Envelope& envelope : *found) {
            late += tally_.behind(envelope.written, now) > late_after ? 1 : 0;
        }
        from = found->back().sequence + 1;
    }
}

Result<> Carrier::audit() {
    count_passed_over();
    if (auto written = store_->commit(clock_.now()); !written) return written;
    const auto books = store_->audit();
    if (!books) return books.error();
    if (books->balances()) return {};
    return Error(Fault::storage,
                 "the books of a queue do not balance: " + books->discrepancies.front());
}

}  // namespace outrider::fleet
