#include "tests/histories/history.hpp"

#include "tests/support/result.hpp"

#include <doctest/doctest.h>
#include <fmt/ranges.h>

#include <array>
#include <chrono>
#include <utility>

namespace outrider::test {

using dispatch::Id;
using dispatch::Verb;
using namespace std::chrono_literals;

namespace {

constexpr Instant evening{std::chrono::sys_days(std::chrono::year(2026) / 11 / 21) + 20h};

std::unique_ptr<offline::Store> new_store() {
    offline::StoreOptions options;
    options.database.path = ":memory:";
    auto store = offline::Store::open(options);
    REQUIRE(store);
    return std::move(*store);
}

agent::WorkdaySettings settings_by(std::uint64_t seed) {
    agent::WorkdaySettings settings;
    settings.technician = me;
    settings.poll = std::chrono::minutes(1 + 3 * (seed / 3 % 4));
    settings.boot = "boot";
    return settings;
}

}  // namespace

History::History(std::uint64_t seed)
    : seed_(seed),
      dice_(seed),
      undisturbed_(seed % 8 == 0),
      device_clock_(clock_),
      settings_(settings_by(seed)),
      premises_(clock_, static_cast<int>(pick(3, 5)), chance(0.3), seed),
      wire_(premises_.reception, clock_, seed + 1),
      witness_(premises_.books, me, settings_.stale_dispatch, settings_.poll),
      store_(new_store()) {
    listen();
}

void History::listen() {
    const auto move_in = [](const http::Request& request) -> std::optional<api::Move> {
        if (request.method != "POST" || request.target != "/office/v1/actions") return std::nullopt;
        const auto move = api::parse_move(request.body);
        REQUIRE(move);
        return *move;
    };
    wire_.leaves = [this, move_in](Wire::Number number, const http::Request& request) {
        const auto move = move_in(request);
        if (!move || wire_.weather == Weather::no_signal) return;
        under_way_[number] = move->id;
        say("  leaves: {} {}{}", name(move->verb), move->appointment,
            move->quiet ? ", quietly" : "");
        witness_.leaves(*move);
    };
    wire_.acted = [this, move_in](const http::Request& request, const http::Response& response) {
        const auto move = move_in(request);
        if (!move) return;
        ++answers_to_moves_;
        say("  office: {} to {} {}", response.status, name(move->verb), move->appointment);
        witness_.office_has_acted();
    };
    wire_.ended = [this](Wire::Number number, fleet::Reached, const http::Response* response) {
        const auto move = under_way_.extract(number);
        if (move.empty() || response == nullptr || !fleet::refuses(response->status)) return;
        witness_.refused(move.mapped());
    };
}

History::~History() {
    if (device_) device_->stop(clock_);
}

void History::play() {
    witness_.counts.days = 1;
    if (undisturbed_ || chance(0.8)) move(Verb::check_in, dispatch::Who::office, me, 0);
    move(Verb::check_in, dispatch::Who::office, mate, 0);
    start();
    const std::int64_t events = pick(40, 80);
    for (std::int64_t i = 0; i < events && complaint().empty(); ++i) {
        happens(next_event());
        pass(Duration(chance(0.5) ? pick(0, 400) : pick(0, 20'000)));
        witness_.look_at(*store_, *device_->workday);
    }
    if (complaint().empty()) heal();
    if (!complaint().empty()) say("COMPLAINT: {}", complaint());
}

History::Event History::next_event() {
    static constexpr std::array events = {
        std::pair{Event::tap, 36},    std::pair{Event::nonsense, 4}, std::pair{Event::office, 18},
        std::pair{Event::weather, 9}, std::pair{Event::fault, 6},    std::pair{Event::crash, 6},
        std::pair{Event::wait, 18},   std::pair{Event::clock, 3}};
    std::int64_t lot = pick(0, 99);
    for (const auto& [event, weight] : events) {
        if ((lot -= weight) < 0) return event;
    }
    return Event::wait;
}

void History::happens(Event event) {
    switch (event) {
        case Event::tap: return tap();
        case Event::nonsense: return nonsense();
        case Event::office: return undisturbed_ ? tap() : office_moves();
        case Event::weather: return change_weather();
        case Event::fault: return change_fault();
        case Event::crash: return crash();
        case Event::wait: return wait();
        case Event::clock: break;
    }
    put_clock_right();
}

// All is well again, and time passes until all is told.
void History::heal() {
    say("all is well again");
    wire_.weather = Weather::clear;
    premises_.faults.set({});
    put_clock_right();
    move(Verb::check_in, dispatch::Who::office, me, 0);
    if (!undisturbed_ && chance(0.5)) the_rights_change();
    for (int i = 0; i < 4; ++i) {
        pass(11min);
        witness_.look_at(*store_, *device_->workday);
    }
    for (const auto& tap : device_->workday->waiting()) {
        say("waits: {} {} {}: {}", tap.sequence, name(tap.verb), tap.appointment, tap.held);
    }
    const auto cards = device_->workday->cards(1000);
    REQUIRE(cards);
    for (const auto& card : *cards) say("card: {} {}", card.sequence, card.office);
    witness_.look_back(*store_, *device_->workday, undisturbed_);
    pass(22min);
    witness_.look_at_jobs(*device_->workday);
}

void History::put_clock_right() {
    if (device_clock_.wrong_by == Duration()) return;
    say("the device's clock is put right");
    device_clock_.wrong_by = {};
    witness_.other_clock();
}

// What the screen offers; what ends a whole appointment or job less often.
void History::tap() {
    const auto view = device_->workday->view();
    REQUIRE(view);
    std::vector<std::pair<Verb, Id>> offered;
    for (const auto& shown : view->appointments) {
        for (const Verb verb : shown.can) {
            if (verb >= Verb::close && !chance(0.15)) continue;
            if (verb == Verb::done && !chance(0.5)) continue;
            offered.emplace_back(verb, shown.id);
        }
    }
    if (offered.empty()) return nonsense();
    const auto [verb, appointment] = one_of(offered);
    tap(verb, appointment);
}

void History::nonsense() {
    const auto verb = static_cast<Verb>(pick(0, static_cast<std::int64_t>(Verb::complete)));
    tap(verb, chance(0.1) ? 999 : one_of(premises_.appointments));
}

void History::tap(Verb verb, Id appointment) {
    const auto before = store_->ledger().balances();
    const std::int64_t revision = device_->workday->revision();
    const auto answer = device_->workday->tap(verb, appointment);
    // A device without the time takes none.
    if (!answer) REQUIRE(answer.error().detail.find("what time it is") != std::string::npos);
    if (!answer || *answer) {
        say("tap: {} {}: denied, {}", name(verb), appointment,
            answer ? (*answer)->error : answer.error().detail);
        ++witness_.counts.denied;
        const bool traced =
            store_->ledger().balances() != before || device_->workday->revision() != revision;
        CHECK_FALSE(traced);
        return;
    }
    witness_.tapped(verb, appointment, device_clock_.now());
    say("tap {}: {} {}", witness_.counts.taps, name(verb), appointment);
    device_->courier.errand_waits();
}

// Most often just after a tap, and at times in the window between the office's deed and the device
// having written down its answer.
void History::crash() {
    ++witness_.counts.crashes;
    if (chance(0.7)) tap();
    if (chance(0.5)) {
        const int before = answers_to_moves_;
        for (int i = 0; i < 100 && answers_to_moves_ == before; ++i) pass(10ms);
        witness_.counts.after_the_act += answers_to_moves_ == before ? 0 : 1;
    } else {
        pass(Duration(pick(0, 1500)));
    }
    say("crash");
    device_->stop(clock_);
    device_.reset();
    pass(chance(0.5) ? Duration(pick(1000, 30'000)) : Duration(pick(60'000, 1'200'000)));
    if (chance(0.4)) {
        device_clock_.reboot();
        settings_.boot += "+";
        witness_.other_clock();
        say("the device has been off");
        if (!undisturbed_ && chance(0.4)) {
            device_clock_.wrong_by = chance(0.1) ? -24h * 400 : Duration(-1min * pick(5, 600));
            say("and its clock is {} min late", -device_clock_.wrong_by.count() / 60'000);
        }
    }
    start();
}

void History::start() {
    Device::Ground ground{clock_.executor(), device_clock_, wire_, *store_, settings_};
    device_.emplace(ground, seed_ + static_cast<std::uint64_t>(witness_.counts.crashes));
    pass(Duration(pick(0, 3000)));
}

void History::wait() {
    const std::int64_t lot = pick(0, 9);
    const std::int64_t seconds = lot < 4   ? pick(1, 60)
                                 : lot < 9 ? pick(60, 1200)
                                           : pick(1200, 7200);
    const std::chrono::seconds most =
        std::chrono::duration_cast<std::chrono::seconds>(evening - clock_.now()) / 20;
    const auto time = std::min(std::chrono::seconds(seconds), std::max(most, 1s));
    say("{} s pass", time.count());
    pass(time);
}

void History::pass(Duration time) { clock_.run_for(time); }

void History::change_weather() {
    const bool clear = wire_.weather == Weather::clear;
    wire_.weather = clear || chance(0.3) ? static_cast<Weather>(pick(1, 7)) : Weather::clear;
    say("the network: {}", name(wire_.weather));
}

void History::change_fault() {
    using office::Mode;
    static constexpr std::array modes = {Mode::error500,     Mode::busy429,   Mode::html,
                                         Mode::wrong_shape,  Mode::forbidden, Mode::conflict,
                                         Mode::unauthorised, Mode::reject_all};
    static constexpr std::array<std::string_view, 8> operations = {
        "all",           "officeActions",    "officeTechnician", "assignmentsExport",
        "officeActions", "appointmentsList", "assignmentsList",  "tokenCreate"};
    office::FaultSettings fault;
    const bool over = premises_.faults.settings().mode != Mode::none && !chance(0.3);
    if (!over) {
        fault.mode = one_of(modes);
        fault.on = one_of(operations);
        fault.percent = chance(0.5) ? 100 : pick(10, 90);
        fault.requests = chance(0.5) ? pick(1, 20) : 0;
        fault.retry_after_s = pick(1, 90);
        const bool refuses = fault.mode == Mode::conflict || fault.mode == Mode::reject_all;
        if (undisturbed_ && refuses) fault.mode = Mode::error500;
        // Of lists, an empty one is among them: that is no fault to be seen through.
        if (fault.mode == Mode::wrong_shape) fault.on = "officeActions";
    }
    premises_.faults.set(fault);
    say("the office's fault: {} on {}, {} %, for {}", static_cast<int>(fault.mode), fault.on,
        fault.percent, fault.requests);
}

std::int64_t History::pick(std::int64_t first, std::int64_t last) {
    return std::uniform_int_distribution<std::int64_t>(first, last)(dice_);
}

bool History::chance(double of) { return std::bernoulli_distribution(of)(dice_); }

void History::say_line(const std::string& words) {
    trace_.push_back(to_rfc3339(clock_.now()).substr(11, 12) + " " + words);
}

std::string History::trace() const { return fmt::format("{}", fmt::join(trace_, "\n")); }

}  // namespace outrider::test
