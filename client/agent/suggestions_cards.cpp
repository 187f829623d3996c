// Suggestions as the technician meets them: as cards, accepted or dismissed.

#include "client/agent/suggestions.hpp"
#include "gps/geodesy.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

namespace outrider::agent {

using dispatch::Id;
using dispatch::Status;
using dispatch::Verb;

namespace {

constexpr std::string_view nothing_happens = "Nothing is done until you say so.";

}  // namespace

std::vector<api::Card> Suggestions::cards() {
    look();
    made_ = gather();
    std::vector<api::Card> cards;
    for (const Suggestion& each : made_) cards.push_back(card_of(each));
    return cards;
}

api::Card Suggestions::card_of(const Suggestion& one) const {
    api::Card card;
    card.kind = api::Card::Kind::suggestion;
    card.verb = one.verb;
    card.appointment = one.choices.front().appointment;
    card.happened = one.since;
    card.at = clock_.now();
    card.to_decide = true;
    card.acts_at = one.acts_at;
    for (const Choice& choice : one.choices) {
        api::Card::Choice shown;
        shown.appointment = choice.appointment;
        if (const Visit* there = visit(choice.appointment)) {
            shown.number = there->number;
            shown.customer = there->customer;
        }
        card.choices.push_back(std::move(shown));
    }
    card.number = card.choices.front().number;
    card.customer = card.choices.front().customer;
    if (one.verb == Verb::arrive) {
        card.mine = "You are on the way there, and the vehicle stands there.";
    } else if (one.verb == Verb::done) {
        card.mine = "You are working there, and the vehicle has left.";
    } else {
        card.mine = one.on_the_move ? "You are not dispatched, and the vehicle goes there."
                                    : "You are not dispatched, and the vehicle stands there.";
    }
    if (card.choices.size() > 1) card.mine += " Several are near: say which.";
    card.next = one.acts_at ? "This device arrives for you, back-dated, if you say nothing."
                            : std::string(nothing_happens);
    return card;
}

// As of now.
Result<Suggestions::Suggestion> Suggestions::still_suggested(Verb verb, Id appointment) {
    look();
    made_ = gather();
    const Suggestion* found = find(verb, appointment);
    if (found != nullptr) return *found;
    return Error(Fault::refused, "that is not suggested any more: see `outrider cards`");
}

Result<std::optional<api::Denied>> Suggestions::accept(Verb verb, Id appointment, bool with_place) {
    auto suggested = still_suggested(verb, appointment);
    if (!suggested) return suggested.error();
    const Suggestion one = std::move(*suggested);
    const auto choice = std::ranges::find(one.choices, appointment, &Choice::appointment);
    Moment moment = moment_of(one);
    if (!with_place) moment.latitude = moment.longitude = std::nullopt;
    auto answer = workday_.tap(choice->steps, moment);
    if (!answer || *answer) return answer;
    // The tap is on the disk; should this not get there, the tap speaks for itself.
    static_cast<void>(answered(one));
    look();
    made_ = gather();
    return answer;
}

Result<> Suggestions::dismiss(Verb verb, Id appointment) {
    auto suggested = still_suggested(verb, appointment);
    if (!suggested) return suggested.error();
    const Suggestion one = std::move(*suggested);
    if (auto kept = answered(one); !kept) return kept;
    made_ = gather();
    workday_.announce();
    return {};
}

// Not to be suggested again for this dispatch.
Result<> Suggestions::answered(const Suggestion& one) {
    const std::vector<api::Episode> before = episodes_;
    for (const Choice& choice : one.choices) {
        auto known = std::ranges::find(episodes_, choice.appointment, &api::Episode::appointment);
        if (known == episodes_.end()) {
            api::Episode fresh;
            fresh.appointment = choice.appointment;
            fresh.since = one.since;
            known = episodes_.insert(known, fresh);
        }
        switch (one.verb) {
            case Verb::arrive: known->arrive = true; break;
            case Verb::done: known->done = true; break;
            default: known->set_out = true; break;
        }
    }
    auto kept = save();
    if (!kept) episodes_ = before;
    return kept;
}

// The place is the receiver's, and so is the time; until that is trusted, the tap is as old as what
// it tells of by the clock that other taps go by, and gets its true time with them.
Moment Suggestions::moment_of(const Suggestion& one) const {
    Moment moment;
    const Moment present = workday_.moment();
    const Instant happened = std::min(one.since, now());
    moment.by_gps = present.by_gps;
    moment.time = present.by_gps ? happened : present.time - (now() - happened);
    const auto& stand = arrival_.stand();
    if (stand && !one.on_the_move) {
        moment.latitude = stand->latitude;
        moment.longitude = stand->longitude;
    }
    return moment;
}

const Suggestions::Suggestion* Suggestions::find(Verb verb, Id appointment) const {
    for (const Suggestion& each : made_) {
        const auto there = std::ranges::find(each.choices, appointment, &Choice::appointment);
        if (each.verb == verb && there != each.choices.end()) return &each;
    }
    return nullptr;
}

const Suggestions::Visit* Suggestions::visit(Id id) const {
    const auto found = std::ranges::find(day_.appointments, id, &Visit::id);
    return found == day_.appointments.end() ? nullptr : &*found;
}

const Suggestions::Visit* Suggestions::under_way() const {
    return day_.under_way ? visit(*day_.under_way) : nullptr;
}

const api::Episode& Suggestions::episode(Id id) const {
    static const api::Episode none;
    const auto found = std::ranges::find(episodes_, id, &api::Episode::appointment);
    return found == episodes_.end() ? none : *found;
}

double Suggestions::metres_to(const Visit& there) const {
    if (!here_ || !there.latitude || !there.longitude) {
        return std::numeric_limits<double>::infinity();
    }
    return gps::distance_m(here_->latitude, here_->longitude, *there.latitude, *there.longitude);
}

Instant Suggestions::now() const {
    return here_ ? here_->time + (clock_.uptime() - here_->seen) : clock_.now();
}

}  // namespace outrider::agent
