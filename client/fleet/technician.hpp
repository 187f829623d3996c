#pragma once
// The person: drives from visit to visit, works, rests, and taps what the screen offers, or should
// have.

#include "client/api/local_day.hpp"
#include "client/dispatch/rule.hpp"
#include "client/fleet/plan.hpp"
#include "client/fleet/van.hpp"
#include "platform/async.hpp"
#include "platform/clock.hpp"

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

namespace outrider::fleet {

// What the agent shows and takes.
class Screen {
public:
    enum class Answer : std::uint8_t { taken, denied, dark };  // dark: the agent is not there
    virtual ~Screen() = default;
    virtual std::optional<api::DayView> look() = 0;  // nothing: it is dark
    virtual Answer tap(dispatch::Verb, dispatch::Id appointment) = 0;
};

class Technician {
public:
    // `number` is the technician's in the plan, `appointments` are the office's ids of the plan's.
    // `truth` is the clock on the wall. All outlive it, the ids excepted.
    Technician(const DayPlan&, std::size_t number, std::vector<dispatch::Id> appointments,
               Instant day, Clock& truth, Van&, Screen&);

    // From the shift's beginning to its end, or to the end of the last visit, and home. Until
    // cancelled, at the latest.
    Async<> work();

private:
    struct Visit {
        dispatch::Id appointment = 0;
        Place place;
        Duration starts{}, on_site{};
    };
    struct Late {  // a tap that was forgotten, and when it will be remembered
        dispatch::Verb verb{};
        dispatch::Id appointment = 0;
        Duration due{};
    };
    // again: something else had to come first, and has. pointless: it is so already, or it is not
    // theirs to tap. gone: there is no such appointment any more.
    enum class Outcome : std::uint8_t { taken, again, pointless, not_offered, gone, dark };

    Duration now() const { return truth_.now() - day_; }
    Duration some(double least_s, double most_s);
    Async<> rest(Duration);
    Async<> rest_until(Duration);  // and taps what comes to mind meanwhile
    Async<> drive(Place to);
    Async<> visit(Visit);
    Async<Outcome> go_there(Visit);
    Async<> stay(Visit);
    Async<> take_breaks();
    Async<> leave_work_for(Break, Visit);
    Async<> change_mind(dispatch::Id);
    std::optional<Visit> next_visit();
    std::optional<Visit> surprise(const api::DayView&) const;
    bool been_to(dispatch::Id) const;

    // technician_taps.cpp
    // Null: it is not on the screen, or nobody is to go there any more.
    static const api::DayView::Appointment* find(const api::DayView&, dispatch::Id);
    Async<Outcome> tap(dispatch::Verb, dispatch::Id);
    Async<Outcome> insist(dispatch::Verb, dispatch::Id);  // for minutes, if need be
    Async<Outcome> tap_or_forget(dispatch::Verb, dispatch::Id, double forgets);
    Outcome first_things_first(const api::DayView&, const api::DayView::Appointment&,
                               dispatch::Verb);
    Outcome put_aside(const api::DayView&, dispatch::Id);
    void tap_nonsense();

    const DayPlan& plan_;
    const PlannedTechnician& me_;
    std::vector<dispatch::Id> appointments_;
    Instant day_;
    Clock& truth_;
    Van& van_;
    Screen& screen_;
    std::unique_ptr<Alarm> alarm_;
    Chance chance_;
    std::vector<dispatch::Id> been_to_;  // or not, once and for all
    std::vector<Late> late_;
    std::size_t breaks_taken_ = 0;
};

}  // namespace outrider::fleet
