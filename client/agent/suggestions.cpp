#include "client/agent/suggestions.hpp"

#include "gps/geodesy.hpp"
#include "platform/log.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <utility>

namespace outrider::agent {

using dispatch::Id;
using dispatch::Status;
using dispatch::Verb;
using State = gps::Presence::State;

namespace {

constexpr std::string_view page_name = "suggestions";
constexpr Duration trip_ends = std::chrono::minutes(3);  // of standing: no traffic light lasts so
constexpr Duration leaving = std::chrono::seconds(60);   // it is not only parked anew
constexpr double away_m = 300;
constexpr double nearer_m = 1000;  // or half the way, where that is less
constexpr Duration retry_after = std::chrono::seconds(10);
constexpr Duration lately = std::chrono::minutes(5);  // an older fix does not tell what is so now
constexpr Duration clocks_apart = std::chrono::seconds(5);

bool is_open(const api::DayView::Appointment& visit) {
    return visit.status != Status::done && visit.appointment_status != "Canceled" &&
           visit.appointment_status != "Hold";
}

bool can(const api::DayView::Appointment& visit, Verb verb) {
    return std::ranges::find(visit.can, verb) != visit.can.end();
}

// When they got so far, by the taps the office has not heard yet.
std::optional<Instant> tapped(const api::DayView::Appointment& visit) {
    if (visit.waiting.empty()) return std::nullopt;
    return visit.waiting.back().happened;
}

bool worth_keeping(const api::Episode& episode) {
    return episode.now != dispatch::Assignment() || episode.set_out;
}

}  // namespace

Suggestions::Suggestions(offline::Store& store, Workday& workday, Clock& clock,
                         SuggestionSettings settings)
    : store_(store),
      workday_(workday),
      clock_(clock),
      settings_(settings),
      arrival_(settings.arrival) {}

Result<std::unique_ptr<Suggestions>> Suggestions::open(offline::Store& store, Workday& workday,
                                                       Clock& clock, SuggestionSettings settings) {
    std::unique_ptr<Suggestions> suggestions(new Suggestions(store, workday, clock, settings));
    if (auto loaded = suggestions->load(); !loaded) return loaded.error();
    return suggestions;
}

// A page that cannot be read costs a question that was answered before.
Result<> Suggestions::load() {
    const auto page = store_.notebook().read(page_name);
    if (!page) return page.error();
    if (!*page) return {};
    auto episodes = api::decode_episodes((*page)->text);
    if (!episodes) {
        log(Level::warning, "suggestions: " + episodes.error().detail);
        return {};
    }
    episodes_ = std::move(*episodes);
    return {};
}

Result<> Suggestions::save() {
    return store_.commit(clock_.now(), [&]() -> Result<> {
        return store_.notebook().write(page_name, api::encode(episodes_), clock_.now());
    });
}

bool Suggestions::take(const gps::Fix& fix, gps::MotionState motion) {
    look();
    arrival_.update(fix, motion);
    here_ =
        Here{*fix.time, fix.seen, fix.latitude, fix.longitude, motion == gps::MotionState::moving};
    follow_trip(fix, motion);
    auto now = gather();
    const bool news = now != made_;
    made_ = std::move(now);
    if (act()) return true;
    if (news) workday_.announce();
    return false;
}

// Whether the day has become another one.
void Suggestions::look() {
    if (seen_ == workday_.revision() && !ahead_of_time()) return;
    auto day = workday_.view();
    if (!day) return;
    seen_ = day->revision;
    day_ = std::move(*day);
    if (!day_.as_of) return;
    if (auto kept = follow_episodes(); !kept) {
        log(Level::warning, "suggestions: " + kept.error().detail);
    }
    const auto open = std::ranges::count_if(day_.appointments, is_open);
    all_watched_ = open <= std::ptrdiff_t{gps::Arrival::most_places};
    std::vector<gps::Place> places;
    const auto add = [&](const Visit& each) {
        if (each.latitude && each.longitude) {
            places.push_back({each.id, *each.latitude, *each.longitude});
        }
    };
    const Visit* first = under_way();  // whatever the day's length, it is looked out for
    if (first != nullptr) add(*first);
    for (const Visit& each : day_.appointments) {
        if (is_open(each) && &each != first) add(each);
    }
    arrival_.expect(places);
}

// Seen by a clock that was wrong, as it turns out.
bool Suggestions::ahead_of_time() const {
    const Instant latest = now() + clocks_apart;
    return day_.as_of && std::ranges::any_of(episodes_, [&](const api::Episode& each) {
               return each.since > latest;
           });
}

// What has been answered holds for one dispatch: until they are Scheduled again.
Result<> Suggestions::follow_episodes() {
    std::vector<api::Episode> kept;
    const Instant latest = now();
    for (const Visit& visit : day_.appointments) {
        api::Episode one = episode(visit.id);
        const dispatch::Assignment status{visit.status, visit.paused};
        const bool ahead = one.since > latest + clocks_apart;
        if (one.now != status || one.appointment == 0 || ahead) {
            one.since = std::min(tapped(visit).value_or(latest), latest);
        }
        one.appointment = visit.id;
        one.now = status;
        if (status.status == Status::scheduled) one.arrive = one.done = false;
        if (status.status != Status::scheduled) one.set_out = false;
        if (status.status >= Status::working) one.arrive = true;
        if (worth_keeping(one)) kept.push_back(one);
    }
    if (kept == episodes_) return {};
    episodes_ = std::move(kept);
    return save();
}

void Suggestions::follow_trip(const gps::Fix& fix, gps::MotionState motion) {
    const auto& stand = arrival_.stand();
    const bool stands =
        stand && motion == gps::MotionState::parked && stand->last - stand->since >= trip_ends;
    if (stands) trip_.reset();
    if (!trip_ && motion == gps::MotionState::moving) {
        Trip trip;
        trip.begun = *fix.time;
        trip.latitude = fix.latitude;
        trip.longitude = fix.longitude;
        trip_ = trip;
    }
    if (!trip_) return;
    trip_->away =
        gps::distance_m(trip_->latitude, trip_->longitude, fix.latitude, fix.longitude) >= away_m;
    const Visit* next = day_.next ? visit(day_.next->appointment) : nullptr;
    if (next == nullptr || !next->latitude || !next->longitude) {
        trip_->to = 0;
        trip_->towards = false;
        return;
    }
    const double left = metres_to(*next);
    if (trip_->to != next->id || left > trip_->nearest_m + nearer_m) {
        trip_->to = next->id;
        trip_->farthest_m = trip_->nearest_m = left;
        trip_->towards = false;
    }
    trip_->farthest_m = std::max(trip_->farthest_m, left);
    trip_->nearest_m = std::min(trip_->nearest_m, left);
    const double enough = std::clamp(trip_->farthest_m / 2, away_m, nearer_m);
    if (trip_->farthest_m - left >= enough) trip_->towards = true;
}

std::vector<Suggestions::Suggestion> Suggestions::gather() const {
    std::vector<Suggestion> found;
    if (!here_ || !day_.as_of) return found;
    const Visit* now = under_way();
    const bool fresh = clock_.uptime() - here_->seen <= lately;
    std::optional<Suggestion> one;
    if (now != nullptr && now->status != Status::dispatched) {
        one = forgot_done(*now);
    } else if (fresh) {
        one = now != nullptr ? arrived(*now) : forgot_to_set_out();
    }
    if (one) found.push_back(std::move(*one));
    return found;
}

// On the way, and standing there. Where another one of the day's is as near, it may be meant.
std::optional<Suggestions::Suggestion> Suggestions::arrived(const Visit& there) const {
    const gps::Presence* presence = arrival_.at(there.id);
    if (presence == nullptr || presence->state != State::stood) return std::nullopt;
    const api::Episode& asked = episode(there.id);
    if (asked.arrive || !can(there, Verb::arrive)) return std::nullopt;
    Suggestion one;
    one.verb = Verb::arrive;
    one.since = std::max(presence->since, asked.since);
    one.choices.push_back({there.id, {{Verb::arrive, there.id}}});
    for (const Visit& other : day_.appointments) {
        if (!is_open(other) || !arrival_.ambiguous(there.id, other.id)) continue;
        const Verb out = other.paused ? Verb::resume : Verb::dispatch;
        one.choices.push_back(
            {other.id, {{Verb::cancel, there.id}, {out, other.id}, {Verb::arrive, other.id}}});
    }
    if (settings_.auto_arrive && all_watched_ && one.choices.size() == 1) {
        one.acts_at = one.since + settings_.arrival.certain;
    }
    return one;
}

// At work, and gone from there.
std::optional<Suggestions::Suggestion> Suggestions::forgot_done(const Visit& work) const {
    const gps::Presence* presence = arrival_.at(work.id);
    const api::Episode& asked = episode(work.id);
    if (presence == nullptr || asked.done || !can(work, Verb::done)) return std::nullopt;
    std::optional<Instant> left;
    const bool was_there = presence->state == State::gone && presence->left >= asked.since;
    if (was_there) {
        left = presence->left;
    } else if (trip_ && trip_->away && trip_->begun >= asked.since &&
               (presence->state == State::gone || presence->state == State::away)) {
        left = trip_->begun;  // the address may be far from where they worked
    }
    if (!left) return std::nullopt;
    const bool known = find(Verb::done, work.id) != nullptr;  // and may stand somewhere by now
    if (!known && (!here_->moving || here_->time - *left < leaving || metres_to(work) < away_m)) {
        return std::nullopt;
    }
    Suggestion one;
    one.verb = Verb::done;
    one.since = *left;
    one.on_the_move = true;
    one.choices.push_back({work.id, {{Verb::done, work.id}}});
    return one;
}

// Nothing under way: standing at one of the day's places, or coming nearer to the next one.
std::optional<Suggestions::Suggestion> Suggestions::forgot_to_set_out() const {
    Suggestion one;
    one.verb = Verb::dispatch;
    for (const Visit& each : day_.appointments) {
        const gps::Presence* presence = arrival_.at(each.id);
        if (presence == nullptr || presence->state != State::stood) continue;
        // Who has paused and stays where they are has forgotten nothing.
        if (each.paused && presence->came < episode(each.id).since) continue;
        auto choice = setting_out(each);
        if (!choice) continue;
        if (day_.technician.may_arrive) choice->steps.push_back({Verb::arrive, each.id});
        one.since = std::max(one.since, presence->since);
        one.choices.push_back(std::move(*choice));
    }
    if (!one.choices.empty()) return one;
    if (!trip_ || !trip_->towards) return std::nullopt;
    const Visit* next = visit(trip_->to);
    auto choice = next != nullptr ? setting_out(*next) : std::nullopt;
    if (!choice) return std::nullopt;
    one.since = std::max(trip_->begun, episode(next->id).since);
    one.on_the_move = true;
    one.choices.push_back(std::move(*choice));
    return one;
}

std::optional<Suggestions::Choice> Suggestions::setting_out(const Visit& visit) const {
    if (!is_open(visit) || episode(visit.id).set_out) return std::nullopt;
    if (visit.start - here_->time > settings_.ahead) return std::nullopt;
    for (const Verb verb : {Verb::dispatch, Verb::resume}) {
        if (can(visit, verb)) return Choice{visit.id, {{verb, visit.id}}};
    }
    return std::nullopt;
}

// Where the office leaves it to this device, and nobody need be asked.
bool Suggestions::act() {
    if (made_.empty() || !made_.front().acts_at || clock_.uptime() < next_act_) return false;
    const Suggestion one = made_.front();
    const gps::Presence* presence = arrival_.at(one.choices.front().appointment);
    if (presence == nullptr || !presence->certain || here_->time < *one.acts_at) return false;
    const auto standing = arrival_.standing(one.choices.front().appointment);
    if (!standing || *standing < settings_.arrival.certain) return false;
    next_act_ = clock_.uptime() + retry_after;
    Moment moment = moment_of(one);
    moment.automatic = true;
    const auto answer = workday_.tap(one.choices.front().steps, moment);
    if (!answer || *answer) {
        if (std::exchange(complained_, one) == one) return false;
        log(Level::warning, "suggestions: cannot arrive by GPS: " +
                                (answer ? (*answer)->error : answer.error().detail));
        return false;
    }
    complained_.reset();
    log(Level::notice,
        fmt::format("suggestions: arrived at {} by GPS", one.choices.front().appointment));
    look();
    made_ = gather();
    return true;
}

}  // namespace outrider::agent
