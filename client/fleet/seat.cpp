#include "client/fleet/seat.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>

namespace outrider::fleet {
namespace {

using namespace std::chrono_literals;
using dispatch::Id;

constexpr std::uint64_t of_device = 401, of_wire = 402, of_disk = 403, of_van = 404;
constexpr Duration believes_again = 5min;  // after a receiver's fault
constexpr std::string_view standing_of = "/office/v1/technicians/";

VanSettings van_of(const PlannedTechnician& technician, Instant day) {
    VanSettings settings = technician.van;
    settings.day = day;
    return settings;
}

// But for those that the agent sees through.
std::vector<ReceiverFault> faults_of(const VanSettings& van) {
    using Kind = ReceiverFault::Kind;
    std::vector<ReceiverFault> faults = van.faults;
    std::erase_if(faults, [](const ReceiverFault& fault) {
        return fault.kind == Kind::weeks_forgotten || fault.kind == Kind::no_motion;
    });
    return faults;
}

agent::Settings settings_of(Id technician, std::uint64_t seed) {
    agent::Settings settings = device_settings(technician);
    Chance chance(mix(seed, of_device));
    settings.workday.poll = std::chrono::minutes(4 + 3 * (chance.next() % 4));
    settings.read_back = chance.happens(0.5);
    settings.workday.boot = "boot";
    return settings;
}

PingRules rules_of(const agent::Settings& settings) {
    PingRules rules;
    rules.unit_id = settings.destination.unit_id;
    rules.unit_name = settings.destination.unit_name;
    rules.speed_unit = settings.destination.speed_unit;
    rules.bound_m = settings.judge.cadence.bound_m;
    rules.company = settings.sync.interval;
    rules.read_back = settings.read_back;
    return rules;
}

bool is_move(const http::Request& request) {
    return request.method == "POST" && request.target == "/office/v1/actions";
}
bool is_pings(const http::Request& request) {
    return request.method == "POST" && request.target.ends_with("/gps-pings");
}

}  // namespace

Seat::Seat(const Scene& scene, std::size_t number)
    : scene_(scene),
      id_(scene.premises.technicians.at(number)),
      seed_(scene.plan.technicians.at(number).seed),
      settings_(settings_of(id_, seed_)),
      clock_(scene.truth),
      disk_(fmt::format("disk-{}", id_)),
      disk_dice_(mix(seed_, of_disk)),
      van_(van_of(scene.plan.technicians.at(number), scene.day), mix(seed_, of_van)),
      wire_(scene.premises.reception, scene.truth, mix(seed_, of_wire)),
      taps_(scene.premises.books, id_, settings_.workday.stale_dispatch, settings_.workday.poll),
      pings_(scene.truth, rules_of(settings_)),
      requests_(scene.truth),
      faults_(faults_of(scene.plan.technicians.at(number).van)),
      person_(scene.plan, number, scene.premises.appointments, scene.day, scene.truth, van_, *this),
      sketch_(id_, scene.plan.town) {
    listen();
}

Seat::~Seat() { kill(); }

void Seat::listen() {
    wire_.later = scene_.later;
    wire_.leaves = [this](Wire::Number number, const http::Request& request) {
        leaves(number, request);
    };
    wire_.acted = [this](const http::Request& request, const http::Response& response) {
        acted(request, response);
    };
    wire_.ended = [this](Wire::Number number, Reached reached, const http::Response* response) {
        ended(number, reached, response);
    };
}

void Seat::leaves(Wire::Number number, const http::Request& request) {
    Underway& one = under_way_[number];
    one.kind = RequestWitness::kind_of(request);
    requests_.leaves(one.kind);
    if (is_move(request)) {
        if (const auto move = api::parse_move(request.body)) {
            scene_.say(fmt::format("  {} leaves: {} {}{}", id_, name(move->verb), move->appointment,
                                   move->quiet ? ", quietly" : ""));
            taps_.leaves(*move);
            one.action = move->id;
        }
    }
    one.standing = request.method == "GET" && request.target.starts_with(standing_of);
    if (!is_pings(request)) return;
    one.pings = pings_.leaves(request.body);
    if (device_ && writes()) look_at_pings();
}

void Seat::acted(const http::Request& request, const http::Response& response) {
    if (!is_move(request)) return;
    scene_.say(fmt::format("  office to {}: {} {}", id_, response.status, request.body));
    scene_.office_acted();
    if (device_ && writes()) taps_.look_at_screen(*device_->agent().workday());
}

void Seat::ended(Wire::Number number, Reached reached, const http::Response* response) {
    const auto known = under_way_.find(number);
    if (known == under_way_.end()) return;
    const Underway one = known->second;
    under_way_.erase(known);
    if (response != nullptr) requests_.answered(one.kind, *response);
    if (!one.action.empty() && response != nullptr && refuses(response->status)) {
        taps_.refused(one.action);
    }
    if (one.standing && response != nullptr) heard_standing(*response);
    if (!one.pings) {
        const bool told = response != nullptr && reached == Reached::yes &&
                          response->status == 200 && response->body.starts_with('{');
        if (told && one.kind == RequestWitness::Kind::pings) pings_.told_what_it_has();
        return;
    }
    if (response == nullptr) return pings_.lost(*one.pings, reached);
    pings_.answered(*one.pings, response->status, response->body, reached);
}

void Seat::heard_standing(const http::Response& answer) {
    if (answer.status < 200 || answer.status > 299) return;
    const auto standing = api::parse_standing(answer.body);
    if (!standing) return;
    const bool checked_in = standing->rights.checked_in;
    const bool written = !disk_refuses_ && !end_planned_;  // for certain
    if (checked_in != on_duty_) {
        was_on_duty_ = !written && on_duty_;
    } else if (written && heard_in_ != starts_) {
        was_on_duty_ = false;
    }
    on_duty_ = checked_in;
    heard_in_ = starts_;
    may_think_so_ = false;
    other_clock_ = clock_.wrong_by != Duration();
}

// By what the office said last, as far as the device has heard; or while work is under way.
bool Seat::may_be_kept() const {
    return on_duty_ || may_think_so_ || device_->agent().workday()->under_way().has_value();
}

void Seat::start() {
    if (device_) return;
    disk_.power_on();
    const Device::Ground ground{scene_.truth, clock_, wire_, disk_, van_, settings_};
    auto started = Device::start(ground, mix(seed_, static_cast<std::uint64_t>(++starts_)));
    if (!started) {
        scene_.say(fmt::format("{} cannot start: {}", id_, started.error().detail));
        return;
    }
    device_ = std::move(*started);
    device_->receiver().on_report = [this](const gps::Fix& fix, const Place& place) {
        look_at_work();
        pings_.reported(fix, may_be_kept(), truth(place));
        sketch_.drove(place);
    };
    taps_.started(device_->store());
    may_think_so_ = was_on_duty_;
    requests_.started();
    scene_.say(fmt::format("{} starts", id_));
}

Truth Seat::truth(const Place& place) const {
    const Duration now = scene_.truth.now() - scene_.day;
    // By a clock that is years behind no fix can be believed for a while; and started with another
    // one, a device does not know how old it is that they were checked in.
    const bool some_day = std::chrono::abs(clock_.wrong_by) < 24h;
    const bool knows = heard_in_ == starts_ || !other_clock_;
    const bool sound = std::ranges::none_of(faults_, [now](const ReceiverFault& fault) {
        return now >= fault.begins && now < fault.ends + believes_again;
    });
    const Chart& chart = van_.chart();
    return {chart.latitude(place.north_m), chart.longitude(place.east_m), van_.speed_mps(),
            some_day && sound && knows};
}

void Seat::stop() {
    if (!device_) return;
    if (device_->stop() != SimulatedClock::Ended::well) complaint_ = "a device does not stop";
    device_.reset();
}

void Seat::stop_in_order() {
    if (!device_ || !writes()) return;
    scene_.say(fmt::format("{} is told to stop", id_));
    requests_.started();  // a last attempt is made, whatever the office wants
    if (device_->wind_down() != SimulatedClock::Ended::well) {
        complaint_ = "a device does not wind down";
    }
    if (!writes()) return;  // it ended on the way
    look_at_it();
    stop();
    forget_plans();
    pings_.stopped();
}

void Seat::kill() {
    if (!device_) return;
    scene_.say(fmt::format("{} is killed", id_));
    look_at_it();
    disk_.abandon();
    stop();
    forget_plans();
    pings_.crashed();
}

void Seat::cut_power() {
    scene_.say(fmt::format("{} loses power", id_));
    if (disk_.has_power()) {
        look_at_it();
        disk_.cut(&disk_dice_);
    }
    stop();
    forget_plans();
    disk_.power_on();
    pings_.power_cut();
    clock_.reboot();
    settings_.workday.boot = fmt::format("boot-{}", ++boots_);
    taps_.other_clock();
}

void Seat::cut_power_in_writing(std::int64_t operations_from_now) {
    end_planned_ = true;
    disk_.cut_at(disk_.operations() + operations_from_now, &disk_dice_);
}

void Seat::kill_in_writing(std::int64_t changes_from_now) {
    end_planned_ = true;
    disk_.before_each_change([this, left = changes_from_now]() mutable {
        if (--left != 0) return;
        disk_.abandon();
        killed_ = true;
    });
}

void Seat::end_if_it_has() {
    if (!disk_.has_power()) return cut_power();
    if (killed_) kill();
}

void Seat::forget_plans() {
    disk_.forget_plan();
    disk_.before_each_change(nullptr);
    end_planned_ = killed_ = false;
}

void Seat::fill_disk() {
    scene_.say(fmt::format("{}'s disk is full", id_));
    disk_.set_capacity(disk_.used());
    disk_refuses_ = true;
    pings_.disk_refuses(true);
}

void Seat::mend() {
    forget_plans();
    disk_.set_capacity(static_cast<std::size_t>(-1));
    disk_refuses_ = false;
    pings_.disk_refuses(false);
}

void Seat::set_clock(Duration wrong_by) {
    if (clock_.wrong_by == wrong_by) return;
    scene_.say(fmt::format("{}'s clock is {} s ahead", id_, wrong_by.count() / 1000));
    clock_.wrong_by = wrong_by;
    other_clock_ = true;
    taps_.other_clock();
    pings_.other_clock();
}

void Seat::change_weather(Weather weather) {
    scene_.say(fmt::format("{}'s network: {}", id_, name(weather)));
    wire_.weather = weather;
}

void Seat::look_at_it() {
    if (!device_ || !writes()) return;
    taps_.look_at(device_->store(), *device_->agent().workday());
    look_at_pings();
}

void Seat::look_back(bool undisturbed) {
    if (!device_) return;
    taps_.look_back(device_->store(), *device_->agent().workday(), undisturbed);
    pings_.look_back(device_->store(), scene_.premises.archive);
}

std::int64_t Seat::waiting() const {
    return device_ ? device_->store().outbox().size(offline::Lane::pings) : 0;
}

void Seat::look_at_pings() {
    look_at_work();
    pings_.look_at(device_->store());
}

void Seat::look_at_work() {
    const agent::Workday& workday = *device_->agent().workday();
    pings_.shows(workday.under_way(), workday.revision());
}

bool Seat::something_waits() const {
    if (!device_) return true;
    return device_->store().outbox().size(offline::Lane::actions) > 0 || waiting() > 2;
}

const std::string& Seat::complaint() const {
    for (const auto* first : {&taps_.complaint(), &pings_.complaint(), &requests_.complaint()}) {
        if (!first->empty()) return *first;
    }
    return complaint_;
}

std::optional<api::DayView> Seat::look() {
    if (!device_) return std::nullopt;
    auto view = device_->agent().day();
    if (!view) return std::nullopt;
    return std::move(*view);
}

Screen::Answer Seat::tap(dispatch::Verb verb, Id appointment) {
    if (!device_) return Answer::dark;
    const Instant by_the_device = device_->clock().now();
    const auto shown = device_->agent().workday()->view();
    const auto answer = device_->agent().tap(verb, appointment);
    scene_.say(fmt::format("{} taps {} {}: {}", id_, name(verb), appointment,
                           !answer   ? answer.error().detail
                           : *answer ? (*answer)->error
                                     : "taken"));
    if (!answer) {
        taps_.tapped_in_doubt(verb, appointment, by_the_device);
        return Answer::dark;
    }
    const bool taken = !*answer;
    if (shown) taps_.compare_answer(*shown, verb, appointment, taken);
    if (!taken) return Answer::denied;
    taps_.tapped(verb, appointment, by_the_device);
    look_at_work();
    if (writes()) taps_.look_at_screen(*device_->agent().workday());
    return Answer::taken;
}

}  // namespace outrider::fleet
