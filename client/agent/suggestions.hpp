#pragma once
// What the vehicle's positions suggest to tap: arrived, forgot to dispatch, forgot done. Nothing is
// owed to anybody until the technician accepts one; only arriving may be left to this device.

#include "client/agent/workday.hpp"
#include "client/api/episode.hpp"
#include "gps/arrival.hpp"

#include <memory>
#include <optional>
#include <vector>

namespace outrider::agent {

struct SuggestionSettings {
    bool auto_arrive = false;  // arrives without being told to, after arrival.certain
    gps::ArrivalSettings arrival;
    Duration ahead = std::chrono::hours(2);  // how long before its begin somebody sets out
};

class Suggestions {
public:
    // Both outlive it. What was answered before a restart is read from the store.
    static Result<std::unique_ptr<Suggestions>> open(offline::Store&, Workday&, Clock&,
                                                     SuggestionSettings);

    // After a tap: taps may follow each other faster than fixes do.
    void look();
    // A newly believed fix. Returns whether a tap has been made.
    bool take(const gps::Fix&, gps::MotionState);

    std::vector<api::Card> cards();
    // `verb` as the card has it, for one of its choices. Fault::refused when there is no such card
    // any more; denied by the rule as any tap, and then it stays. Without its place where that is
    // nobody's business now.
    Result<std::optional<api::Denied>> accept(dispatch::Verb, dispatch::Id appointment,
                                              bool with_place);
    Result<> dismiss(dispatch::Verb, dispatch::Id appointment);

private:
    using Id = dispatch::Id;
    struct Choice {
        Id appointment = 0;
        std::vector<api::Step> steps;  // what accepting it taps
        bool operator==(const Choice&) const = default;
    };
    struct Suggestion {
        dispatch::Verb verb = dispatch::Verb::arrive;
        Instant since{};
        bool on_the_move = false;
        std::vector<Choice> choices;
        std::optional<Instant> acts_at;
        bool operator==(const Suggestion&) const = default;
    };
    // On the move since it last stood for minutes.
    struct Trip {
        Instant begun{};
        double latitude = 0, longitude = 0;  // where
        Id to = 0;                           // towards the next one
        double farthest_m = 0, nearest_m = 0;
        bool towards = false;  // it has come a good deal nearer
        bool away = false;     // it has gone a good deal from where it began
    };
    using Visit = api::DayView::Appointment;

    Suggestions(offline::Store&, Workday&, Clock&, SuggestionSettings);
    Result<> load();
    Result<> follow_episodes();
    Result<> save();
    void follow_trip(const gps::Fix&, gps::MotionState);
    std::vector<Suggestion> gather() const;
    std::optional<Suggestion> arrived(const Visit&) const;
    std::optional<Suggestion> forgot_done(const Visit&) const;
    std::optional<Suggestion> forgot_to_set_out() const;
    std::optional<Choice> setting_out(const Visit&) const;
    bool act();
    api::Card card_of(const Suggestion&) const;
    Moment moment_of(const Suggestion&) const;
    Result<> answered(const Suggestion&);
    const Suggestion* find(dispatch::Verb, Id appointment) const;
    Result<Suggestion> still_suggested(dispatch::Verb, Id appointment);
    const Visit* visit(Id) const;
    const Visit* under_way() const;
    const api::Episode& episode(Id) const;
    double metres_to(const Visit&) const;
    Instant now() const;  // by the receiver, where it has told
    bool ahead_of_time() const;

    offline::Store& store_;
    Workday& workday_;
    Clock& clock_;
    SuggestionSettings settings_;
    gps::Arrival arrival_;
    api::DayView day_;
    std::int64_t seen_ = 0;  // the day's revision
    std::vector<api::Episode> episodes_;
    std::vector<Suggestion> made_;
    struct Here {
        Instant time{};
        Uptime seen{};
        double latitude = 0, longitude = 0;
        bool moving = false;
    };
    std::optional<Here> here_;
    std::optional<Trip> trip_;
    bool all_watched_ = false;  // of the day's open ones, as far as their places are known
    Uptime next_act_{};
    std::optional<Suggestion> complained_;  // of what the device could not do
};

}  // namespace outrider::agent
