#pragma once
// A technician's day on one device, without GPS: the store, the courier, and an office that keeps
// the rule, hears what it is told and can be out of reach.

#include "client/agent/courier.hpp"
#include "client/agent/workday.hpp"
#include "tests/client/agent/world.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace outrider::test {

inline constexpr dispatch::Id me = 301, mate = 302;

// The office behind the desk: one technician's visits, judged by the same rule.
class ScriptedDesk final : public api::Desk {
public:
    explicit ScriptedDesk(Clock& clock) : clock_(clock), alarm_(clock.alarm()) {
        day.technician = me;
        day.technician_name = "Ana Ruiz";
        day.rights.checked_in = true;
        day.checked_in_by = "office";
    }

    Async<Result<api::OfficeDay>> read(api::OfficeDay, std::vector<dispatch::Id> asked) override {
        ++reads;
        owed = std::move(asked);
        Result<> slept = co_await alarm_->sleep(latency);
        if (!slept) co_return slept.error();
        if (auto fault = mood ? mood() : std::nullopt) co_return *fault;
        log.push_back("read");
        day.as_of = clock_.now();
        co_return day;
    }

    Async<Result<std::optional<dispatch::Refusal>>> tell(api::Move move, api::OfficeDay,
                                                         Quiet quiet) override {
        using Answer = std::optional<dispatch::Refusal>;
        ++attempts;
        Result<> slept = co_await alarm_->sleep(latency);
        if (!slept) co_return slept.error();
        move.quiet = quiet();
        const auto fault = mood ? mood() : std::nullopt;
        const auto stern = refuses ? refuses(move) : std::nullopt;
        if (fault && !fault->ambiguous) co_return *fault;
        if (stern) co_return *stern;
        Answer refusal = objects ? objects(move) : std::nullopt;
        if (refusal) co_return refusal;
        if (!done.contains(move.id)) {
            refusal = act(move.verb, dispatch::Who::technician, move.technician, move.appointment);
            if (!refusal) {
                done.insert(move.id);
                moves.push_back(move);
                log.push_back(std::string(name(move.verb)));
            }
        }
        if (fault) co_return *fault;  // heard, but the answer is lost
        co_return refusal;
    }
    bool takes(dispatch::Verb) const override { return true; }
    bool shows_moves() const override { return shows; }
    bool takes_estimates() const override { return wants_estimates; }
    Async<Result<>> tell_estimate(api::Estimate estimate) override {
        if (auto fault = mood ? mood() : std::nullopt) co_return *fault;
        estimates.push_back(estimate);
        co_return Result<>();
    }

    // The office's own doing, or a technician's. For a desk that shows nothing of what it is told,
    // only the office's shows.
    std::optional<dispatch::Refusal> act(dispatch::Verb verb, dispatch::Who by, dispatch::Id who,
                                         dispatch::Id appointment) {
        const auto after = dispatch::apply(truth(), {verb, by, who, appointment});
        if (const auto* refusal = std::get_if<dispatch::Refusal>(&after)) {
            if (shows || by == dispatch::Who::office) return *refusal;
            return std::nullopt;
        }
        if (!shows && by == dispatch::Who::technician) return std::nullopt;
        write_back(std::get<dispatch::Day>(after));
        return std::nullopt;
    }
    dispatch::Day truth() const { return api::rule_day(day); }
    dispatch::Assignment at(dispatch::Id appointment, dispatch::Id who = me) const {
        return truth().appointments.at(appointment).assigned.at(who);
    }

    void give(dispatch::Id appointment, std::vector<dispatch::Id> crew = {me}) {
        api::Visit visit;
        visit.appointment = appointment;
        visit.job = appointment * 10;
        visit.number = std::to_string(visit.job) + "-1";
        visit.job_number = std::to_string(visit.job);
        visit.customer_name = "Customer " + std::to_string(appointment);
        visit.start = clock_.now() + std::chrono::hours(static_cast<int>(day.visits.size()) + 1);
        visit.end = visit.start + std::chrono::hours(1);
        for (const dispatch::Id one : crew) visit.crew.push_back({one, "", {}, clock_.now()});
        day.visits.push_back(std::move(visit));
    }
    void take(dispatch::Id appointment) {
        std::erase_if(day.visits,
                      [&](const auto& each) { return each.appointment == appointment; });
    }

    api::OfficeDay day;
    bool shows = true, wants_estimates = false;
    std::vector<api::Estimate> estimates;
    Duration latency = std::chrono::milliseconds(50);
    std::function<std::optional<Error>()> mood;
    std::function<std::optional<Error>(const api::Move&)> refuses;
    std::function<std::optional<dispatch::Refusal>(const api::Move&)> objects;
    int reads = 0, attempts = 0;
    std::vector<dispatch::Id> owed;  // of the last read
    std::set<std::string> done;
    std::vector<api::Move> moves;  // each once, in order
    std::vector<std::string> log;  // "read", and the verbs taken

private:
    void write_back(const dispatch::Day& now) {
        for (const auto& [id, technician] : now.technicians) {
            if (id == day.technician) day.rights = technician;
        }
        for (api::Visit& visit : day.visits) {
            const auto& appointment = now.appointments.at(visit.appointment);
            const auto& job = now.jobs.at(visit.job);
            visit.standing = appointment.standing;
            visit.job_standing = job.standing;
            visit.job_begun = job.begun;
            std::vector<api::Visit::Crew> crew;
            for (const auto& [id, assignment] : appointment.assigned) {
                crew.push_back({id, "", assignment, clock_.now()});
            }
            visit.crew = std::move(crew);
        }
    }
    Clock& clock_;
    std::unique_ptr<Alarm> alarm_;
};

struct Shift {
    explicit Shift(std::unique_ptr<offline::Store> opened = memory_store(), std::uint64_t seed = 1)
        : store(std::move(opened)), office(clock), desk(clock), tasks(clock.executor()) {
        const agent::Settings settings = sample_settings();
        Result<> made = store->commit(clock.now(), [&]() -> Result<> {
            auto id = store->outbox().destination(api::encode(settings.destination));
            if (!id) return id.error();
            destination = *id;
            return {};
        });
        REQUIRE(made);
        courier = std::make_unique<agent::Courier>(*store, office, clock, agent::SyncSettings{},
                                                   agent::RetrySettings{}, Dice(seed));
    }
    ~Shift() { clock.run(tasks.stop()); }

    // The device starts; the courier runs when `running`.
    void start() {
        agent::WorkdaySettings settings;
        settings.technician = me;
        auto opened = agent::Workday::open(*store, desk, clock, settings, destination, [this] {
            agent::Moment moment;
            moment.time = clock.now();
            return moment;
        });
        REQUIRE(opened);
        workday = std::move(*opened);
        courier->run_first(*workday);
        tasks.start(courier->run());
        pass(std::chrono::seconds(1));
    }
    void pass(Duration time) { clock.run_for(time); }

    // Accepted.
    void tap(dispatch::Verb verb, std::optional<dispatch::Id> appointment = std::nullopt) {
        const auto answer = workday->tap(verb, appointment);
        REQUIRE(answer);
        if (*answer) FAIL((*answer)->error);
        courier->errand_waits();
    }
    // Refused on the spot.
    api::Denied denied(dispatch::Verb verb,
                       std::optional<dispatch::Id> appointment = std::nullopt) {
        const auto answer = workday->tap(verb, appointment);
        REQUIRE(answer);
        REQUIRE(*answer);
        return **answer;
    }
    // A dispatch of 812 and its cancel in turn, until no more may wait.
    void tap_as_often_as_may_be() {
        for (std::size_t i = 0; i < agent::Workday::most_waiting / 2; ++i) {
            tap(dispatch::Verb::dispatch, 812);
            tap(dispatch::Verb::cancel, 812);
        }
    }
    // Pings of now, onto the disk in one commit; the courier is not told.
    void record_pings(int count) {
        Result<> written = store->commit(clock.now(), [&]() -> Result<> {
            for (int i = 0; i < count; ++i) {
                api::Ping ping;
                ping.time = clock.now();
                auto added = store->outbox().add(offline::Lane::pings, clock.now(), destination,
                                                 api::encode(ping));
                if (!added) return added.error();
            }
            return {};
        });
        REQUIRE(written);
    }

    api::DayView view() {
        auto view = workday->view();
        REQUIRE(view);
        return *view;
    }
    api::DayView::Appointment shown(dispatch::Id appointment) {
        for (const auto& each : view().appointments) {
            if (each.id == appointment) return each;
        }
        FAIL("not shown");
        return {};
    }
    std::vector<api::Card> cards() {
        auto cards = workday->cards(100);
        REQUIRE(cards);
        return *cards;
    }
    void cut() {
        desk.mood = [] { return Error(Fault::unreachable, "no signal"); };
        office.mood = desk.mood;
    }
    void mend() { desk.mood = office.mood = nullptr; }
    std::string log() const { return fmt::format("{}", fmt::join(desk.log, ", ")); }

    VirtualClock clock;
    std::unique_ptr<offline::Store> store;
    ScriptedOffice office;
    ScriptedDesk desk;
    Tasks tasks;
    std::unique_ptr<agent::Workday> workday;
    std::unique_ptr<agent::Courier> courier;
    std::int64_t destination = 0;
};

}  // namespace outrider::test
