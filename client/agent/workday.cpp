#include "client/agent/workday.hpp"

#include "platform/log.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace outrider::agent {

using dispatch::Action;
using dispatch::Day;
using dispatch::Id;
using dispatch::Refusal;
using dispatch::Verb;
using dispatch::Who;
using offline::Lane;

namespace {

constexpr std::string_view day_page = "day", told_page = "told";

bool same_office(const api::Destination& a, const api::Destination& b) {
    return a.origin == b.origin && a.tenant == b.tenant;
}

}  // namespace

Workday::Workday(offline::Store& store, api::Desk& desk, Clock& clock, WorkdaySettings settings,
                 std::int64_t destination, std::function<Moment()> moment)
    : store_(store),
      desk_(desk),
      clock_(clock),
      settings_(settings),
      destination_(destination),
      moment_(std::move(moment)),
      changes_(clock),
      next_read_(clock.uptime()) {}

Result<std::unique_ptr<Workday>> Workday::open(offline::Store& store, api::Desk& desk, Clock& clock,
                                               WorkdaySettings settings, std::int64_t destination,
                                               std::function<Moment()> moment) {
    std::unique_ptr<Workday> workday(
        new Workday(store, desk, clock, settings, destination, std::move(moment)));
    if (auto loaded = workday->load_notebook(); !loaded) return loaded.error();
    if (auto loaded = workday->reload(); !loaded) return loaded.error();
    return workday;
}

// A page that cannot be read costs nothing but the time until the office is heard again.
Result<> Workday::load_notebook() {
    const auto day = store_.notebook().read(day_page);
    if (!day) return day.error();
    const auto told = store_.notebook().read(told_page);
    if (!told) return told.error();
    if (*day) {
        auto parsed = api::parse_office_day((*day)->text);
        if (!parsed) log(Level::warning, "workday: " + parsed.error().detail);
        // Another technician's day is nobody's here.
        if (parsed && parsed->technician == settings_.technician) office_ = std::move(*parsed);
    }
    if (*told && office_.technician != 0) {
        auto parsed = api::decode_told((*told)->text);
        if (!parsed) log(Level::warning, "workday: " + parsed.error().detail);
        if (parsed) told_ = std::move(*parsed);
    }
    office_.technician = settings_.technician;
    return load_stamps();
}

Result<> Workday::keep(const api::OfficeDay* office, const std::vector<api::Told>& told) {
    if (office != nullptr) {
        auto kept = store_.notebook().write(day_page, api::to_json(*office), office->as_of);
        if (!kept) return kept;
    }
    return store_.notebook().write(told_page, api::encode(told), office_.as_of);
}

Result<> Workday::reload() {
    // However many: old cards put back come on top of what may be tapped.
    auto envelopes = store_.outbox().from(Lane::actions, 0, std::size_t{100} * most_waiting);
    if (!envelopes) return envelopes.error();
    const auto here = store_.outbox().destination_text(destination_);
    if (!here) return here.error();
    const auto office = api::decode_destination(*here);
    std::vector<Pending> before = std::exchange(pending_, {});
    for (const offline::Envelope& envelope : *envelopes) {
        store_.handling(Lane::actions, envelope.sequence, clock_.uptime());
        auto tap = api::decode_tap(envelope.body);
        if (!tap) {
            log(Level::error, fmt::format("workday: action {} is set aside: {}", envelope.sequence,
                                          tap.error().detail));
            if (auto buried = bury(envelope.sequence, tap.error().detail); !buried) return buried;
            continue;
        }
        Pending pending;
        pending.sequence = envelope.sequence;
        pending.tap = std::move(*tap);
        const auto text = store_.outbox().destination_text(envelope.destination);
        const auto to = text ? api::decode_destination(*text) : text.error();
        pending.elsewhere = !to || !office || !same_office(*to, *office);
        if (pending.elsewhere) {
            pending.held = fmt::format(
                "It is owed to {}: set servicetitan.api_url and tenant back until it is told.",
                to ? to->origin.url() : "an office that is not known any more");
        }
        const auto stamp = std::ranges::find(stamps_, pending.sequence, &api::Stamp::sequence);
        if (stamp != stamps_.end()) use(*stamp, pending);
        const auto known = std::ranges::find(before, pending.sequence, &Pending::sequence);
        if (known != before.end()) pending = std::move(*known);
        pending_.push_back(std::move(pending));
    }
    store_.handled();
    last_read_.reset();  // they are judged by what the office says now
    changed();
    return {};
}

void Workday::changed() {
    const Day day = projected();
    under_way_.reset();
    if (const Id appointment = dispatch::under_way(day, settings_.technician); appointment != 0) {
        const auto& mine = day.appointments.at(appointment).assigned.at(settings_.technician);
        under_way_ = api::Ping::Context{appointment, mine.status};
    }
    announce();
}

void Workday::announce() {
    ++revision_;
    changes_.publish(std::to_string(revision_));
}

Day Workday::present() const {
    Day day = api::rule_day(office_);
    for (const api::Told& told : told_) {
        const auto appointment = day.appointments.find(told.appointment);
        if (appointment == day.appointments.end()) continue;
        const auto mine = appointment->second.assigned.find(told.technician);
        if (mine != appointment->second.assigned.end()) mine->second = told.now;
    }
    return day;
}

Day Workday::projected() const {
    std::vector<Action> waiting;
    for (const Pending& pending : pending_) {
        if (!pending.elsewhere) waiting.push_back(pending.tap.action());
    }
    return project(present(), waiting).day;
}

const api::Visit* Workday::visit(Id appointment) const {
    const auto found = std::ranges::find(office_.visits, appointment, &api::Visit::appointment);
    return found == office_.visits.end() ? nullptr : &*found;
}

std::string Workday::as_of() const {
    std::string told =
        fmt::format("the office, as of {}Z", to_rfc3339(office_.as_of).substr(11, 5));
    if (const auto old = age()) told += fmt::format(", {} min ago", old->count() / 60'000);
    return told;
}

api::Denied Workday::denied(const Refusal& refusal) const {
    api::Denied denied;
    denied.rule = name(refusal.rule);
    denied.lifted = name(refusal.lifted);
    if (refusal.other != 0) denied.other = refusal.other;
    if (office_.as_of == Instant{}) {
        denied.error =
            "There is no day yet: the office has not been heard since this device was "
            "set up.";
        return denied;
    }
    denied.as_of = office_.as_of;
    denied.error = fmt::format("{} ({})", refusal.reason, as_of());
    return denied;
}

// No appointment was named, and there is not exactly one this is possible for.
api::Denied Workday::nowhere(Verb verb, const Day& day, std::vector<Id> choices) const {
    api::Denied none;
    if (choices.empty()) {
        // Why not is best told of the appointment that comes next.
        Id about = dispatch::under_way(day, settings_.technician);
        if (about == 0 && !office_.visits.empty()) about = office_.visits.front().appointment;
        const auto after = apply(day, {verb, Who::technician, settings_.technician, about});
        if (const auto* refusal = std::get_if<Refusal>(&after)) none = denied(*refusal);
    } else {
        none.rule = "which";
        none.lifted = name(dispatch::Lifted::by_the_technician);
        none.error = fmt::format("{} is possible for several appointments: name one of {}.",
                                 name(verb), fmt::join(choices, ", "));
    }
    none.choices = std::move(choices);
    return none;
}

const Workday::Pending* Workday::held_dispatch(Id appointment) const {
    const Pending* last = nullptr;
    for (const Pending& pending : pending_) {
        if (pending.tap.appointment == appointment) last = &pending;
    }
    const bool held = last && sets_out(last->tap.verb) && last->held && !last->elsewhere;
    return held && visit(appointment) ? last : nullptr;
}

Result<> Workday::room_for(std::size_t more) const {
    if (pending_.size() + more <= most_waiting) return {};
    return Error(Fault::too_large,
                 fmt::format("{} taps wait for the office already, and {} are the most: nothing "
                             "more is taken until it has been reached",
                             pending_.size(), most_waiting));
}

// In one commit. A dispatch that is held and its cancel never reach the office, and it is as both
// would have left it.
Result<> Workday::write_down(const std::vector<api::Tap>& taps) {
    const Instant now = clock_.now();
    std::vector<Pending> fresh;
    std::vector<std::int64_t> withdrawn;
    const Result<> stored = store_.commit(now, [&]() -> Result<> {
        for (const api::Tap& tap : taps) {
            auto sequence = store_.outbox().add(Lane::actions, tap.happened, destination_,
                                                api::encode(tap), settings_.technician);
            if (!sequence) return sequence.error();
            const Pending* held =
                tap.verb == Verb::cancel ? held_dispatch(tap.appointment) : nullptr;
            if (held != nullptr) {
                const std::array both = {held->sequence, *sequence};
                auto gone =
                    store_.outbox().remove(Lane::actions, both, offline::Cause::settled, now);
                if (!gone) return gone;
                withdrawn.push_back(held->sequence);
                continue;
            }
            Pending pending;
            pending.sequence = *sequence;
            pending.tap = tap;
            pending.of_this_run = true;
            fresh.push_back(std::move(pending));
        }
        return {};
    });
    if (!stored) return stored;
    std::erase_if(pending_, [&](const Pending& each) {
        return std::ranges::find(withdrawn, each.sequence) != withdrawn.end();
    });
    for (Pending& each : fresh) {
        log(Level::info, fmt::format("workday: {} {} is on the disk as action {}",
                                     name(each.tap.verb), each.tap.appointment, each.sequence));
        pending_.push_back(std::move(each));
    }
    changed();
    return {};
}

api::Tap Workday::tap_of(const api::Step& step, const Day& day, const Moment& moment,
                         const api::Tap* before) const {
    const Id appointment = step.appointment;
    api::Tap tap;
    tap.verb = step.verb;
    tap.technician = settings_.technician;
    tap.appointment = appointment;
    tap.automatic = moment.automatic;
    // Of when it happened, as the time: both tell how old it is.
    tap.uptime = clock_.uptime() - std::max(Duration::zero(), moment_().time - moment.time);
    if (!settings_.boot.empty()) tap.boot = settings_.boot;
    give_time(tap, moment, before);
    tap.latitude = moment.latitude;
    tap.longitude = moment.longitude;
    // A dispatch that is held can be taken back when the office has sent them elsewhere meanwhile.
    if (const auto* mine = assignment_of(day, settings_.technician, appointment))
        tap.believed.assignment = *mine;
    tap.believed.checked_in = day.technicians.at(settings_.technician).checked_in;
    tap.believed.as_of = office_.as_of;
    if (const api::Visit* there = visit(appointment)) {
        tap.believed.number = there->number;
        tap.believed.customer = there->customer_name;
    }
    return tap;
}

Result<std::optional<api::Denied>> Workday::tap(Verb verb, std::optional<Id> wanted) {
    return tap(verb, wanted, moment_());
}

Result<std::optional<api::Denied>> Workday::tap(const std::vector<api::Step>& steps,
                                                const Moment& moment) {
    Day day = projected();
    std::vector<api::Tap> taps;
    const api::Tap* before = pending_.empty() ? nullptr : &pending_.back().tap;
    taps.reserve(steps.size());  // `before` points into it
    for (const api::Step& step : steps) {
        auto after =
            apply(day, {step.verb, Who::technician, settings_.technician, step.appointment});
        if (const auto* refusal = std::get_if<Refusal>(&after)) {
            return std::optional(denied(*refusal));
        }
        taps.push_back(tap_of(step, day, moment, before));
        before = &taps.back();
        day = std::move(std::get<Day>(after));
    }
    if (auto room = room_for(taps.size()); !room) return room.error();
    if (auto stored = write_down(taps); !stored) return stored.error();
    return std::optional<api::Denied>();
}

Result<std::optional<api::Denied>> Workday::tap(Verb verb, std::optional<Id> wanted,
                                                const Moment& moment) {
    const Day day = projected();
    if (!wanted) {
        std::vector<Id> choices;
        for (const Action& action : possible(day, settings_.technician)) {
            if (action.verb == verb) choices.push_back(action.appointment);
        }
        if (choices.size() != 1) return std::optional(nowhere(verb, day, std::move(choices)));
        wanted = choices.front();
    }
    const auto after = apply(day, {verb, Who::technician, settings_.technician, *wanted});
    const Pending* held = verb == Verb::cancel ? held_dispatch(*wanted) : nullptr;
    const auto* refusal = std::get_if<Refusal>(&after);
    if (refusal && !held) return std::optional(denied(*refusal));
    if (auto room = room_for(1); !room) return room.error();
    const api::Tap* before = pending_.empty() ? nullptr : &pending_.back().tap;
    const api::Tap tap = tap_of({verb, *wanted}, day, moment, before);
    if (auto stored = write_down({tap}); !stored) return stored.error();
    return std::optional<api::Denied>();
}

}  // namespace outrider::agent
