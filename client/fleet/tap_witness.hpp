#pragma once
// What must be so whatever happens, by lists of its own: who tapped what when, and what the office
// says it carried out when. Of the code under test it asks what it shows, never whether it is
// right.

#include "client/agent/workday.hpp"
#include "client/office/books.hpp"
#include "offline/store.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace outrider::fleet {

struct TapCounts {
    std::int64_t days = 0, taps = 0, denied = 0, carried_out = 0, settled = 0, cards = 0, held = 0;
    std::int64_t crashes = 0, after_the_act = 0, office_moves = 0, texts = 0, quiet = 0;
    TapCounts& operator+=(const TapCounts&);
};

class TapWitness {
public:
    // The technician's day on which `stale` is too old for a text.
    TapWitness(office::Books&, dispatch::Id technician, Duration stale, Duration poll);

    // As they happen.
    void tapped(dispatch::Verb, dispatch::Id appointment, Instant by_the_device);
    // The disk failed over it: the technician was told so, but it may be there all the same when
    // the device starts again.
    void tapped_in_doubt(dispatch::Verb, dispatch::Id appointment, Instant by_the_device);
    // What the device said of a tap, beside what it showed just before.
    void compare_answer(const api::DayView& shown, dispatch::Verb, dispatch::Id appointment,
                        bool taken);
    void started(offline::Store&);  // the device, again
    void leaves(const api::Move&);  // the device, for the office
    void refused(std::string_view action) { refused_.emplace(action); }  // so it has heard
    void office_has_acted();
    void other_clock() { other_clock_ = ++turn_; }  // since a boot, or set by somebody
    // After every event: what is owed, and what the screen shows.
    void look_at(offline::Store&, agent::Workday&);
    void look_at_screen(agent::Workday&);
    // When all is well and all was told. Where the office did nothing, and refused nothing, every
    // tap was carried out.
    void look_back(offline::Store&, agent::Workday&, bool undisturbed);
    // An hour later: that a job is on hold shows only when the whole day is read.
    void look_at_jobs(agent::Workday&);

    const std::string& complaint() const { return complaint_; }  // the first; "": none
    TapCounts counts;

private:
    struct Tapped {
        dispatch::Verb verb{};
        dispatch::Id appointment = 0;
        Instant at{}, by_the_device{}, told{};
        std::int64_t turn = 0;
        bool carried_out = false, ended = false, card = false, card_seen = false;
        Instant carried_out_at{};
    };
    struct Part {  // of somebody in an appointment
        dispatch::Status status = dispatch::Status::scheduled;
        bool paused = false;
        bool operator==(const Part&) const = default;
    };
    struct Sight {  // of an appointment of ours, at the office
        Instant from{};
        bool mine = false, open = false, completed = false;
        bool others_on_the_way = false;
        std::size_t crew = 0;
        Part part{};
        bool same_as(const Sight&) const;  // but for the time
    };
    struct Leave {
        std::int64_t turn = 0;
        Instant at{};
        bool quiet = false;
    };
    using Key = std::pair<dispatch::Id, dispatch::Id>;  // technician, appointment

    void complain(std::string words);
    std::string told(std::int64_t sequence) const;
    Tapped* tap_of(std::string_view action);
    void follow(const office::LoggedMove&);
    void follow(const api::Move&, const std::vector<dispatch::Id>& who, Instant at);
    void follow_for(dispatch::Verb, dispatch::Id technician, dispatch::Id appointment, Instant at);
    void one_of_ours(const api::Move&);
    bool rightly_quiet(std::int64_t sequence, const Leave&) const;
    void compare_with_board(const dispatch::Day& board);
    void remember(const dispatch::Day& board);
    void read_texts();
    void judge_text(const office::Notification&);
    bool was_so(const Tapped&) const;
    bool excused(std::int64_t sequence) const;
    bool taken_back(std::int64_t sequence, const std::set<std::int64_t>& there) const;
    void look_at_taps(offline::Store&);
    void look_at_card(const offline::DeadLetter&);
    void look_at_waiting(agent::Workday&);
    void compare_screen(agent::Workday&);

    Tapped tap_now(dispatch::Verb, dispatch::Id appointment, Instant by_the_device);

    office::Books& books_;
    dispatch::Id technician_;
    Duration stale_, poll_;
    std::optional<Tapped> doubtful_;
    std::string complaint_;
    std::int64_t turn_ = 0, log_read_ = 0, texts_read_ = 0;
    std::vector<Tapped> taps_;  // sequence 1 is the first
    std::map<std::string, Leave> leaves_;
    std::map<Key, Part> parts_;
    std::map<dispatch::Id, dispatch::Id> job_of_;
    std::map<dispatch::Id, Instant> checked_in_;  // and when
    std::map<dispatch::Id, std::int64_t> last_carried_out_;
    std::map<dispatch::Id, std::vector<Sight>> sights_;
    std::set<std::string> texted_, refused_;
    std::set<dispatch::Id> touched_;  // appointments: they changed, and it was no tap on them
    bool withheld_ = false;           // a right of theirs, by the office, at any time
    std::set<dispatch::Id> tapped_;   // and those that a tap changed just now
    std::int64_t other_clock_ = 0;
};

}  // namespace outrider::fleet
