#pragma once
// The ways to tell an office of a technician's moves. All read the day alike.

#include "client/api/day_reader.hpp"
#include "client/api/desk.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace outrider::api {

// By the settings' back end. One call at a time, as the line.
std::unique_ptr<Desk> make_desk(Line&, Clock&, DeskSettings);

// POST /office/v1/actions: every move of a technician's, and it shows in the day; and
// /office/v1/estimates.
class OfficeDesk final : public Desk {
public:
    OfficeDesk(Line&, Clock&, DeskSettings);
    Async<Result<OfficeDay>> read(OfficeDay last, std::vector<dispatch::Id> owed) override;
    Async<Result<std::optional<dispatch::Refusal>>> tell(Move, OfficeDay day, Quiet quiet) override;
    bool takes(dispatch::Verb) const override;
    bool shows_moves() const override { return true; }
    bool takes_estimates() const override { return true; }
    Async<Result<>> tell_estimate(Estimate) override;

private:
    Line& line_;
    DayReader reader_;
};

// A note on the job, in a sentence. Its answer lost, it may stand there twice, word for word the
// same: ServiceTitan knows no key against it.
class RecordDesk final : public Desk {
public:
    RecordDesk(Line&, Clock&, DeskSettings);
    Async<Result<OfficeDay>> read(OfficeDay last, std::vector<dispatch::Id> owed) override;
    Async<Result<std::optional<dispatch::Refusal>>> tell(Move, OfficeDay day, Quiet quiet) override;
    bool takes(dispatch::Verb) const override;
    bool shows_moves() const override { return false; }

private:
    Line& line_;
    DeskSettings settings_;
    DayReader reader_;
};

// Timesheet activities: dispatch and resume begin one of the type mapped to Dispatched, arrive one
// of the type mapped to Working, and both end what runs of either; the others only end it. Closing
// an appointment and completing a job end the technician's own, and leave a note when notes are on.
//
// Looks before it writes: an activity that is there already is not made again, and what the last
// attempt left half done is finished. A conflict is the office's refusal; the activity before may
// have been ended then.
class ActivityDesk final : public Desk {
public:
    ActivityDesk(Line&, Clock&, DeskSettings);
    Async<Result<OfficeDay>> read(OfficeDay last, std::vector<dispatch::Id> owed) override;
    Async<Result<std::optional<dispatch::Refusal>>> tell(Move, OfficeDay day, Quiet quiet) override;
    bool takes(dispatch::Verb) const override;
    bool shows_moves() const override { return false; }

private:
    Async<Result<std::vector<ActivityRow>>> activities_around(dispatch::Id technician,
                                                              Instant happened);
    Async<Result<std::optional<dispatch::Refusal>>> write(std::string method, std::string target,
                                                          std::string body);
    std::string target(std::string_view rest) const;
    Line& line_;
    DeskSettings settings_;
    DayReader reader_;
    RecordDesk notes_;
};

}  // namespace outrider::api
