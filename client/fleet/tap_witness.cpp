// What the office carried out, and whether it may have.

#include "client/fleet/tap_witness.hpp"

#include "client/office/moves.hpp"
#include "client/office/notices.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <span>

#include <charconv>
#include <chrono>

namespace outrider::fleet {

using dispatch::Id;
using dispatch::Status;
using dispatch::Verb;

namespace {

// A receiver that learns of the leap seconds, or seems to, is believed.
constexpr Duration time_tolerance = std::chrono::seconds(20);
// A clock that shows less was never set.
constexpr Instant oldest_set = std::chrono::sys_days(std::chrono::year(2026) / 1 / 1);

bool goes_out(Verb verb) { return verb == Verb::dispatch || verb == Verb::resume; }
bool on_it(Status status) { return status == Status::dispatched || status == Status::working; }
auto date_of(Instant at) { return std::chrono::floor<std::chrono::days>(at); }

}  // namespace

TapCounts& TapCounts::operator+=(const TapCounts& more) {
    for (const auto member : {&TapCounts::days, &TapCounts::taps, &TapCounts::denied,
                              &TapCounts::carried_out, &TapCounts::settled, &TapCounts::cards,
                              &TapCounts::held, &TapCounts::crashes, &TapCounts::after_the_act,
                              &TapCounts::office_moves, &TapCounts::texts, &TapCounts::quiet}) {
        this->*member += more.*member;
    }
    return *this;
}

TapWitness::TapWitness(office::Books& books, Id technician, Duration stale, Duration poll)
    : books_(books), technician_(technician), stale_(stale), poll_(poll) {
    const auto board = books_.day();
    if (!board) {
        complain(board.error().detail);
        return;
    }
    for (const auto& [id, appointment] : board->appointments) {
        job_of_[id] = appointment.job;
        for (const auto& [who, assignment] : appointment.assigned) {
            parts_[{who, id}] = {assignment.status, assignment.paused};
        }
    }
    remember(*board);
}

void TapWitness::complain(std::string words) {
    if (complaint_.empty()) complaint_ = std::move(words);
}

std::string TapWitness::told(std::int64_t sequence) const {
    const Tapped& tap = taps_[static_cast<std::size_t>(sequence - 1)];
    return fmt::format("tap {} ({} {})", sequence, name(tap.verb), tap.appointment);
}

TapWitness::Tapped TapWitness::tap_now(Verb verb, Id appointment, Instant by_the_device) {
    Tapped tap;
    tap.verb = verb;
    tap.appointment = appointment;
    tap.at = books_.clock().now();
    tap.by_the_device = by_the_device;
    tap.turn = ++turn_;
    return tap;
}

void TapWitness::tapped(Verb verb, Id appointment, Instant by_the_device) {
    taps_.push_back(tap_now(verb, appointment, by_the_device));
    ++counts.taps;
}

void TapWitness::tapped_in_doubt(Verb verb, Id appointment, Instant by_the_device) {
    if (!doubtful_) doubtful_ = tap_now(verb, appointment, by_the_device);
}

void TapWitness::started(offline::Store& store) {
    const auto taps = static_cast<std::int64_t>(taps_.size());
    if (doubtful_ && store.ledger().balance("accepted:actions") == taps + 1) {
        taps_.push_back(*doubtful_);
        ++counts.taps;
    }
    doubtful_.reset();
}

void TapWitness::leaves(const api::Move& move) {
    leaves_[move.id] = {++turn_, books_.clock().now(), move.quiet};
}

// "or-1f2e3d4c5b6a7988-a42"
TapWitness::Tapped* TapWitness::tap_of(std::string_view action) {
    const auto mark = action.rfind("-a");
    if (!action.starts_with("or-") || mark == action.npos) return nullptr;
    const std::string_view digits = action.substr(mark + 2);
    std::size_t sequence = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), sequence);
    return sequence >= 1 && sequence <= taps_.size() ? &taps_[sequence - 1] : nullptr;
}

void TapWitness::office_has_acted() {
    const auto entries = office::logged_moves(books_, log_read_, 1000);
    const auto board = books_.day();
    if (!entries || !board) return complain("the office cannot be read");
    for (const office::LoggedMove& entry : *entries) {
        log_read_ = entry.id;
        if (entry.carried_out) follow(entry);
    }
    compare_with_board(*board);
    remember(*board);
    read_texts();
}

void TapWitness::follow(const office::LoggedMove& entry) {
    const auto move = api::parse_move(entry.move);
    const auto answer = api::parse_moved(entry.answer);
    if (!move || !answer) return complain("the office's log cannot be read: " + entry.move);
    if (!entry.by_office && move->technician == technician_) one_of_ours(*move);
    const bool for_all = move->verb == Verb::close || move->verb == Verb::complete;
    const bool one = move->technician != 0 || for_all;
    follow(*move, one ? std::vector<Id>{move->technician} : answer->technicians, entry.received);
}

void TapWitness::one_of_ours(const api::Move& move) {
    Tapped* tap = tap_of(move.id);
    if (tap == nullptr) return complain("the office carried out what nobody tapped: " + move.id);
    const std::int64_t sequence = tap - taps_.data() + 1;
    // A clock that was set back makes nothing earlier than what was tapped before it: by its time,
    // or later by what the device knows to have passed since, which is no more than was true.
    const std::span<const Tapped> before(taps_.data(), static_cast<std::size_t>(sequence - 1));
    const auto follows = [&](const Tapped& one) {
        const Duration apart = std::min(std::chrono::abs(one.by_the_device - move.happened),
                                        std::chrono::abs(one.told - move.happened));
        const Instant then = one.carried_out ? one.told : one.by_the_device;
        const bool between = move.happened > then && move.happened < tap->at;
        return apart < time_tolerance || between;
    };
    const bool as_the_one_before =
        move.happened > tap->by_the_device && std::ranges::any_of(before, follows);
    tap->told = move.happened;
    // Its true time; or that of the clock that somebody has set since; or, when the clock of a boot
    // before was impossible, a later one that no customer hears of.
    const bool unheard = move.verb != Verb::dispatch || move.quiet;
    const bool never_set = tap->by_the_device < oldest_set;  // but by somebody, later
    const bool later = tap->by_the_device > tap->at && move.happened > tap->at;
    const bool put_right = std::chrono::abs(move.happened - tap->at) < time_tolerance ||
                           never_set || (later && unheard);
    if (tap->verb != move.verb || tap->appointment != move.appointment ||
        (tap->by_the_device != move.happened && !as_the_one_before && !put_right)) {
        complain(told(sequence) + " arrived as another one: " + api::to_json(move));
    }
    if (std::exchange(tap->carried_out, true)) complain(told(sequence) + " was carried out twice");
    tap->carried_out_at = books_.clock().now();
    std::int64_t& last = last_carried_out_[move.appointment];
    if (sequence <= last) complain(told(sequence) + " was carried out after " + told(last));
    last = sequence;
    tapped_.insert(move.appointment);
    ++counts.carried_out;
    const Leave& leave = leaves_[move.id];
    if (!goes_out(move.verb) || !leave.quiet) return;
    ++counts.quiet;
    // Whose time is another's, nobody knows the age of after a restart.
    if (as_the_one_before || rightly_quiet(sequence, leave)) return;
    complain(told(sequence) + " was kept from the customer");
}

bool TapWitness::rightly_quiet(std::int64_t sequence, const Leave& leave) const {
    const Tapped& tap = taps_[static_cast<std::size_t>(sequence - 1)];
    if (leave.at - tap.at > stale_ || other_clock_ > tap.turn) return true;
    for (auto i = static_cast<std::size_t>(sequence); i < taps_.size(); ++i) {
        if (taps_[i].appointment == tap.appointment && taps_[i].turn < leave.turn) return true;
    }
    return false;
}

void TapWitness::follow(const api::Move& move, const std::vector<Id>& who, Instant at) {
    const Id job = job_of_[move.appointment];
    if (move.verb == Verb::close) {
        for (auto& [key, part] : parts_) {
            if (key.second == move.appointment) part = {Status::done, false};
        }
    } else if (move.verb == Verb::complete) {
        std::erase_if(parts_, [&](const auto& each) {
            return job_of_[each.first.second] == job && each.second.status < Status::working;
        });
        for (auto& [key, part] : parts_) {
            if (job_of_[key.second] == job) part = {Status::done, false};
        }
    } else {
        for (const Id technician : who) follow_for(move.verb, technician, move.appointment, at);
    }
}

void TapWitness::follow_for(Verb verb, Id technician, Id appointment, Instant at) {
    const Key key{technician, appointment};
    if (verb == Verb::check_in) checked_in_[technician] = at;
    if (verb == Verb::check_out) checked_in_.erase(technician);
    if (verb == Verb::assign) parts_[key] = {};
    if (verb == Verb::unassign) parts_.erase(key);
    if (verb <= Verb::unassign) return;
    if (goes_out(verb)) {
        const auto since = checked_in_.find(technician);
        if (since == checked_in_.end() || date_of(since->second) != date_of(at)) {
            complain(
                fmt::format("{} was dispatched to {}, not checked in", technician, appointment));
        }
        for (const auto& [other, part] : parts_) {
            if (other.first != technician || !on_it(part.status)) continue;
            complain(fmt::format("{} was dispatched to {} while on {}", technician, appointment,
                                 other.second));
        }
    }
    Part& part = parts_[key];
    if (goes_out(verb)) part.status = Status::dispatched;
    if (verb == Verb::cancel) part.status = Status::scheduled;
    if (verb == Verb::arrive) part = {Status::working, false};
    if (verb == Verb::pause) part = {Status::scheduled, true};
    if (verb == Verb::done) part.status = Status::done;
}

void TapWitness::compare_with_board(const dispatch::Day& board) {
    std::map<Key, Part> there;
    std::map<Id, int> busy;
    for (const auto& [id, appointment] : board.appointments) {
        for (const auto& [who, assignment] : appointment.assigned) {
            there[{who, id}] = {assignment.status, assignment.paused};
            if (on_it(assignment.status) && ++busy[who] > 1) {
                complain(fmt::format("the office has {} on two appointments at once", who));
            }
        }
    }
    if (there != parts_) complain("the office's board is not what its log says");
}

bool TapWitness::Sight::same_as(const Sight& other) const {
    return mine == other.mine && open == other.open && completed == other.completed &&
           crew == other.crew && others_on_the_way == other.others_on_the_way && part == other.part;
}

void TapWitness::remember(const dispatch::Day& board) {
    for (const auto& [id, appointment] : board.appointments) {
        const auto& job = board.jobs.at(appointment.job);
        const auto mine = parts_.find({technician_, id});
        Sight sight;
        sight.from = books_.clock().now();
        sight.mine = mine != parts_.end();
        if (sight.mine) sight.part = mine->second;
        sight.open = appointment.standing == dispatch::Standing::open &&
                     job.standing == dispatch::Standing::open;
        for (const auto& [who, assignment] : appointment.assigned) {
            if (who == technician_ || assignment.status != Status::dispatched) continue;
            sight.others_on_the_way = true;
        }
        sight.crew = appointment.assigned.size();
        sight.completed = job.standing == dispatch::Standing::completed;
        auto& seen = sights_[id];
        const bool another = !seen.empty() && !seen.back().same_as(sight);
        if (another && !tapped_.contains(id)) touched_.insert(id);
        seen.push_back(sight);
    }
    tapped_.clear();
    const auto me = board.technicians.find(technician_);
    if (me == board.technicians.end()) return;
    const dispatch::Technician& rights = me->second;
    withheld_ = withheld_ || !(rights.may_dispatch && rights.may_arrive && rights.may_pause);
}

void TapWitness::read_texts() {
    const auto texts = office::notifications(books_, texts_read_, 1000);
    if (!texts) return complain(texts.error().detail);
    for (const office::Notification& text : *texts) {
        texts_read_ = text.id;
        judge_text(text);
    }
}

// By the moment the device let go of it: what is tapped while it is on its way cannot be known.
void TapWitness::judge_text(const office::Notification& text) {
    if (text.technician != technician_ || !text.action.starts_with("or-")) return;
    ++counts.texts;
    const Tapped* tap = tap_of(text.action);
    const auto leave = leaves_.find(text.action);
    if (tap == nullptr || leave == leaves_.end()) {
        return complain("a text for what nobody tapped: " + text.action);
    }
    const std::int64_t sequence = tap - taps_.data() + 1;
    if (!texted_.insert(text.action).second) complain("two texts for " + told(sequence));
    if (!goes_out(tap->verb) || tap->appointment != text.appointment) {
        complain("a text for " + told(sequence));
    }
    const Duration age = leave->second.at - tap->at;
    if (age > stale_) {
        complain(fmt::format("false text: {} is {} s old", told(sequence), age.count() / 1000));
    }
    for (const Tapped& later : taps_) {
        const bool follows = later.turn > tap->turn && later.turn < leave->second.turn;
        if (follows && later.appointment == tap->appointment) {
            complain("false text: something follows " + told(sequence));
        }
    }
}

}  // namespace outrider::fleet
