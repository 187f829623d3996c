// The technician and the way their moves take.

#include "client/cli/config_settings.hpp"

#include <array>
#include <utility>

namespace outrider::cli {

namespace {

using api::BackEnd;
using api::CheckIn;

template <class Enum, std::size_t Count>
using Words = std::array<std::pair<const char*, Enum>, Count>;
constexpr Words<BackEnd, 3> back_ends = {{{"office", BackEnd::office},
                                          {"activities", BackEnd::activities},
                                          {"record", BackEnd::record}}};
constexpr Words<CheckIn, 3> check_ins = {
    {{"office", CheckIn::office}, {"shift", CheckIn::shift}, {"none", CheckIn::none}}};

template <class Enum, std::size_t Count>
Setting one_of(std::string key, Enum& target, const Words<Enum, Count>& words, std::string doc) {
    std::vector<Choice> choices;
    for (const auto& [word, value] : words) {
        choices.push_back({word, [&target, chosen = value] { target = chosen; }});
    }
    const auto show = [&target, &words] {
        for (const auto& [word, value] : words) {
            if (value == target) return std::string(word);
        }
        return std::string();
    };
    return choice(std::move(key), show, std::move(choices), std::move(doc));
}

Setting yes_or_no(std::string key, bool& target, std::string doc) {
    static constexpr Words<bool, 2> words = {{{"yes", true}, {"no", false}}};
    return one_of(std::move(key), target, words, std::move(doc));
}

}  // namespace

void add_day(agent::Settings& s, std::vector<Setting>& table) {
    constexpr double most = 9e15;
    auto& desk = s.desk;
    table.push_back(whole("technician.id", s.workday.technician, {0, most},
                          "The technician this device belongs to, by ServiceTitan's number; 0: "
                          "nobody, and there is no day, only pings."));
    table.push_back(one_of("dispatch.back_end", desk.back_end, back_ends,
                           "How the office is told of dispatch, arrive and done, for which "
                           "ServiceTitan's API has no operation: \"activities\" by timesheet "
                           "activities (a tenant with Flexible Timekeeping), \"record\" by a note "
                           "on the job, \"office\" by the stand-in's own protocol."));
    table.push_back(one_of("dispatch.check_in", desk.check_in, check_ins,
                           "How it is known whether the office has checked the technician in: "
                           "\"office\" asks the stand-in, \"shift\" takes a shift now, or work "
                           "under way, for it, \"none\" takes it for granted."));
    table.push_back(
        seconds("dispatch.poll_s", s.workday.poll, {1, 3600},
                "The office is asked for the day so often: three or four small requests."));
    table.push_back(seconds("dispatch.stale_dispatch_s", s.workday.stale_dispatch, {0, 86400},
                            "A dispatch that reaches the office later than this does not tell the "
                            "customer that somebody is on the way."));
    table.push_back(whole("dispatch.dispatched_activity_type", desk.dispatched_type, {0, most},
                          "With \"activities\": the number of the activity type the board shows "
                          "as Dispatched ..."));
    table.push_back(whole("dispatch.working_activity_type", desk.working_type, {0, most},
                          "... and of the one it shows as Working."));
    table.push_back(yes_or_no("dispatch.notes", desk.notes,
                              "Whether notes are left on jobs at all. With \"record\" and \"no\" "
                              "nothing leaves this device."));
    table.push_back(yes_or_no("dispatch.may_dispatch", desk.rights.may_dispatch,
                              "What the office leaves to the technician, where it cannot be asked: "
                              "to dispatch themselves ..."));
    table.push_back(yes_or_no("dispatch.may_arrive", desk.rights.may_arrive,
                              "... to mark themselves as arrived ..."));
    table.push_back(yes_or_no("dispatch.may_pause", desk.rights.may_pause, "... and to pause."));
    table.push_back(yes_or_no("dispatch.auto_arrive", s.suggestions.auto_arrive,
                              "Whether this device marks a dispatched technician as arrived by "
                              "itself, once the vehicle has stood at the place for 90 s and the "
                              "technician may; with \"no\" it asks."));
}

// What one setting alone cannot show to be wrong.
Result<> check_day(const agent::Settings& s) {
    if (s.workday.technician == 0) return {};
    const bool stand_in = s.desk.back_end == BackEnd::office;
    if (stand_in != (s.desk.check_in == CheckIn::office)) {
        return Error(Fault::malformed,
                     "dispatch.back_end \"office\" and dispatch.check_in \"office\" go together: "
                     "both are the stand-in office's");
    }
    if (stand_in && s.destination.origin.host.ends_with("servicetitan.io")) {
        return Error(
            Fault::malformed,
            "\"office\" is the stand-in office's own protocol, which ServiceTitan does not "
            "speak: give \"record\" or \"activities\"");
    }
    if (s.desk.back_end != BackEnd::activities) return {};
    if (s.desk.dispatched_type > 0 && s.desk.working_type > 0 &&
        s.desk.dispatched_type != s.desk.working_type) {
        return {};
    }
    return Error(Fault::malformed,
                 "dispatch.back_end \"activities\" needs dispatch.dispatched_activity_type and "
                 "dispatch.working_activity_type, two different numbers");
}

}  // namespace outrider::cli
