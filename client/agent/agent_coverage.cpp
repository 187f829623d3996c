// The agent's part in coverage and in explaining itself.

#include "client/agent/agent.hpp"
#include "client/agent/why.hpp"

#include "platform/log.hpp"

namespace outrider::agent {

void Agent::open_coverage() {
    const auto pages = store_.notebook().read_all(Coverage::page_prefix);
    if (!pages) {
        log(Level::warning,
            "agent: the coverage of the days before is unreadable: " + pages.error().detail);
    } else {
        for (const auto& [name, page] : *pages) coverage_.load(name, page.text);
    }
    // Without a technician the agent is meant to run always.
    coverage_.expecting([this](Instant at, std::optional<Instant> until) {
        const bool by_duty = workday_ && privacy_->window() == Window::on_duty;
        return by_duty ? workday_->was_on_duty(at, until) : until.has_value();
    });
}

void Agent::see(Minute minute) {
    const Uptime now = clock_.uptime();
    const Keeping kept = keeping();
    // A place that is not known yet is kept private, but what keeps it unknown is a gap.
    const bool on_duty =
        !workday_ || privacy_->window() == Window::always || workday_->on_duty(clock_.now());
    const bool unknown = kept == Keeping::private_zone && privacy_->zones().zone().empty();
    if (!on_duty) {
        minute = Minute::off;
    } else if (kept != Keeping::yes && !unknown) {
        minute = Minute::hidden;
    }
    coverage_.see({clock_.now(), now, clock_.by_gps(now), minute});
}

// It changes once a minute, and goes with what is written anyway.
void Agent::keep_coverage(Paper paper) {
    see(cause_of(tracker_.source(clock_.uptime()).state, tracker_.last_rejection()));
    if (!coverage_.changed() && paper == Paper::when_due) return;
    for (auto& page : coverage_.changed_pages()) {
        store_.notebook().lay_by(std::move(page.name), std::move(page.text), clock_.now());
    }
}

Result<api::Why> Agent::why(Instant from, Instant to) {
    return Explainer(store_, coverage_,
                     {clock_.now(), settings_.journal.keep, tracker_.last_believed()})
        .of_time(from, to);
}

Result<api::Why> Agent::why(std::string_view id) {
    return Explainer(store_, coverage_,
                     {clock_.now(), settings_.journal.keep, tracker_.last_believed()})
        .of_ping(id);
}

}  // namespace outrider::agent
