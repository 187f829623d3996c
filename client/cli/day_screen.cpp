#include "client/cli/day.hpp"

#include "client/cli/private.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <ctime>

namespace outrider::cli {

namespace {

using dispatch::Status;
using dispatch::Verb;

std::string ago(Instant then, Instant now) {
    return age(std::max(Duration::zero(), now - then)) + " ago";
}

// The board's colours, as far as a terminal has them.
Colour colour_of(const api::DayView::Appointment& appointment) {
    if (appointment.paused && appointment.status == Status::scheduled) return Colour::warning;
    switch (appointment.status) {
        case Status::scheduled: return Colour::none;
        case Status::dispatched: return Colour::strong;
        case Status::working: return Colour::good;
        case Status::done: break;
    }
    return Colour::dim;
}

std::string status_of(const api::DayView::Appointment& appointment) {
    const bool closed =
        appointment.appointment_status == "Canceled" || appointment.appointment_status == "Hold";
    if (closed) return appointment.appointment_status;
    if (appointment.paused && appointment.status == Status::scheduled) return "Paused";
    return std::string(name(appointment.status));
}

const api::DayView::Appointment* find(const api::DayView& day, dispatch::Id id) {
    const auto found = std::ranges::find(day.appointments, id, &api::DayView::Appointment::id);
    return found == day.appointments.end() ? nullptr : &*found;
}

std::string called(const api::DayView::Appointment& appointment) {
    std::string text =
        harmless(appointment.number.empty() ? std::to_string(appointment.id) : appointment.number);
    if (!appointment.customer.empty()) text += " " + harmless(appointment.customer);
    return text;
}

std::string window(const api::DayView::Appointment& appointment) {
    return local_time(appointment.window_start.value_or(appointment.start)) + "-" +
           local_time(appointment.window_end.value_or(appointment.end));
}

// Who may be dispatched, and how sure that is.
std::string check_in(const api::DayView& day, Style style) {
    if (!day.as_of) {
        return style.paint(Colour::warning, "the office has not told the day yet") +
               (day.trouble.empty() ? "" : ": " + harmless(day.trouble));
    }
    std::string text =
        day.technician.checked_in
            ? style.paint(Colour::good, "checked in")
            : style.paint(Colour::warning, "not checked in: ask the office to check you in");
    if (day.technician.checked_in_by == "shift") text += " (by your shift)";
    text += ", as of " + age(day.age.value_or(Duration::zero())) + " ago";
    if (!day.trouble.empty()) {
        text +=
            "\n" + style.paint(Colour::warning, "working offline") + ": " + harmless(day.trouble);
    }
    return text;
}

// "Arrived at 1001-1 Shoreline Cafe, 09:42?"
std::string question(const api::Card& card) {
    std::string which;
    for (const auto& choice : card.choices) {
        if (!which.empty()) which += " or ";
        which +=
            harmless(choice.number.empty() ? std::to_string(choice.appointment) : choice.number);
        if (!choice.customer.empty()) which += " " + harmless(choice.customer);
    }
    const std::string_view what = card.verb == Verb::arrive ? "Arrived at"
                                  : card.verb == Verb::done ? "Done with"
                                                            : "On the way to";
    return fmt::format("{} {}, {}?", what, which, local_time(card.happened));
}

std::string asked(const api::DayView& day, Style style) {
    std::string text;
    for (const auto& card : day.suggestions) {
        const std::string id = card.choices.size() > 1 ? "ID" : std::to_string(card.appointment);
        text += style.paint(Colour::warning, question(card)) +
                fmt::format("   (outrider cards accept|dismiss {})\n", id);
    }
    return text;
}

// "about 14:35, 14:28 to 14:48"
std::string when_there(const api::DayView::Appointment& appointment) {
    if (!appointment.eta) return "";
    return fmt::format("about {}, {} to {}", local_time(appointment.eta->likely),
                       local_time(appointment.eta->low), local_time(appointment.eta->high));
}

std::string owed(const api::DayView& day) {
    std::string text;
    if (day.waiting > 0) {
        text +=
            fmt::format("{} not yet with the office: see `outrider waiting`\n",
                        day.waiting == 1 ? "One tap is" : fmt::format("{} taps are", day.waiting));
    }
    if (day.cards > 0) {
        text += fmt::format("{} came to nothing: see `outrider cards`\n",
                            day.cards == 1 ? "One tap" : fmt::format("{} taps", day.cards));
    }
    return text;
}

std::string command_of(Verb verb) {
    if (verb == Verb::close) return "done --all";
    if (verb == Verb::complete) return "done --job";
    return std::string(api::word(verb));
}

std::string step_of(const api::DayView& day, Style style) {
    if (!day.next) return "";
    const auto* there = find(day, day.next->appointment);
    return style.paint(Colour::strong, fmt::format("Next: {}", name(day.next->verb))) +
           (there != nullptr ? ", " + called(*there) : "") +
           fmt::format("   (outrider {} {})\n", command_of(day.next->verb), day.next->appointment);
}

std::string row(std::string_view label, std::string_view text) {
    return text.empty() ? "" : fmt::format("  {:<13} {}\n", label, harmless(text));
}

// Each line of theirs on a line of its own, below the label.
std::string rows(std::string_view label, std::string_view text) {
    std::string out;
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        out += row(out.empty() ? label : "", text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return out;
}

std::string crew_of(const api::DayView::Appointment& appointment) {
    std::string text;
    if (appointment.crew.size() < 2) return text;
    for (const auto& one : appointment.crew) {
        text += fmt::format("{}{} {}", text.empty() ? "" : ", ",
                            one.name.empty() ? std::to_string(one.technician) : one.name,
                            one.paused ? "Paused" : name(one.status));
    }
    return text;
}

std::string said(Verb verb) {
    switch (verb) {
        case Verb::dispatch: return "On the way to";
        case Verb::cancel: return "Not on the way any more to";
        case Verb::arrive: return "Arrived at";
        case Verb::pause: return "Paused:";
        case Verb::resume: return "On the way back to";
        case Verb::done: return "Done with your part of";
        case Verb::close: return "Done, for everybody:";
        case Verb::complete: return "The job is complete:";
        default: break;
    }
    return std::string(name(verb));
}

}  // namespace

std::string local_time(Instant instant) {
    const std::time_t seconds = std::chrono::system_clock::to_time_t(instant);
    std::tm parts{};
    if (localtime_r(&seconds, &parts) == nullptr) return "--:--";
    return fmt::format("{:02}:{:02}", parts.tm_hour, parts.tm_min);
}

std::string render(const api::DayView& day, Style style) {
    const std::string who = day.technician.name.empty()
                                ? fmt::format("Technician {}", day.technician.id)
                                : harmless(day.technician.name);
    std::string out = fmt::format("{}: {}\n", who, check_in(day, style));
    const std::string nothing = day.privacy ? not_kept(*day.privacy) : "";
    if (!nothing.empty()) out += style.paint(Colour::strong, "Private") + ": " + nothing + "\n";
    out += step_of(day, style);
    out += asked(day, style);
    if (day.appointments.empty() && day.as_of) out += "There is nothing for you today.\n";
    for (const auto& appointment : day.appointments) {
        out += fmt::format(
            "\n  {}  {:>8}  {}  {}\n", window(appointment), appointment.id,
            style.paint(colour_of(appointment), fmt::format("{:<10}", status_of(appointment))),
            called(appointment));
        out += row("", appointment.address);
        if (appointment.eta) out += row("", "there " + when_there(appointment));
        for (const auto& tap : appointment.waiting) {
            const std::string why = tap.held.empty() ? "waits for the office" : tap.held;
            out +=
                row("", fmt::format("{}, {}: {}", name(tap.verb), ago(tap.happened, day.now), why));
        }
    }
    const std::string end = owed(day);
    return end.empty() ? out : out + "\n" + end;
}

std::string render_next(const api::DayView& day, Style style) {
    if (!day.next) {
        const auto* here = day.under_way ? find(day, *day.under_way) : nullptr;
        std::string why = "There is nothing to do now.\n";
        const auto* about =
            here != nullptr ? here : (day.appointments.empty() ? nullptr : &day.appointments[0]);
        const auto waits = std::ranges::find_if(
            day.appointments, [](const auto& each) { return each.status != Status::done; });
        if (here == nullptr && waits != day.appointments.end()) about = &*waits;
        if (about != nullptr && !about->cannot.empty() && waits != day.appointments.end()) {
            why = fmt::format("{}: {}\n", called(*about), about->cannot.front().reason);
        }
        return fmt::format("{}\n{}{}{}", check_in(day, style), why, asked(day, style), owed(day));
    }
    std::string out = step_of(day, style) + asked(day, style);
    const auto* there = find(day, day.next->appointment);
    if (there == nullptr) return out;
    out += row("When", window(*there));
    out += row("There", when_there(*there));
    out += row("Status", status_of(*there));
    out += row("Where", there->address.empty() ? there->location : there->address);
    out += rows("What", there->summary);
    out += rows("Instructions", there->instructions);
    out += row("Priority", there->priority == "Normal" ? "" : there->priority);
    out += row("Crew", crew_of(*there));
    return out + owed(day);
}

std::string render(std::span<const api::WaitingTap> taps, Instant now, Style style) {
    if (taps.empty()) return "The office has heard everything.\n";
    std::string out;
    for (const auto& tap : taps) {
        out += fmt::format("{:>6}  {:<15} {:>8}  {:<28} {}\n", tap.sequence, name(tap.verb),
                           tap.appointment, harmless(tap.number + " " + tap.customer),
                           ago(tap.happened, now));
        if (!tap.held.empty()) {
            out += "        " + style.paint(Colour::warning, harmless(tap.held)) + "\n";
        }
    }
    return out;
}

namespace {

std::string suggestion(const api::Card& card, Instant now, Style style) {
    std::string out = style.paint(Colour::warning, question(card)) + "\n";
    out += row("Since", fmt::format("{} ({})", local_time(card.happened), ago(card.happened, now)));
    out += row("Why", card.mine);
    out += row("What now", card.next);
    for (const auto& choice : card.choices) {
        out += row("It is so", fmt::format("outrider cards accept {}", choice.appointment));
    }
    out += row("It is not", fmt::format("outrider cards dismiss {}", card.appointment));
    return out;
}

std::string refused(const api::Card& card, Instant now, Style style) {
    const std::string head =
        fmt::format("{}: {} {} {}, {}", card.sequence, name(card.verb), card.appointment,
                    harmless(card.number + " " + card.customer), ago(card.happened, now));
    std::string out = style.paint(card.to_decide ? Colour::warning : Colour::none, head) + "\n";
    out += row("You", card.mine);
    out += row("The office", card.office);
    out += row("What now", card.next);
    if (card.to_decide) {
        out += row("Try again",
                   fmt::format("outrider queue dead retry --lane actions {}", card.sequence));
    }
    out += row("Dismiss",
               fmt::format("outrider queue dead drop --lane actions {} --yes", card.sequence));
    return out;
}

}  // namespace

std::string render(std::span<const api::Card> cards, Instant now, Style style) {
    if (cards.empty()) return "There are no cards: every tap came to something.\n";
    std::string out;
    for (const auto& card : cards) {
        if (!out.empty()) out += "\n";
        const bool suggests = card.kind == api::Card::Kind::suggestion;
        out += suggests ? suggestion(card, now, style) : refused(card, now, style);
    }
    return out;
}

std::string render_saved(const api::DayView& day, Verb verb, dispatch::Id appointment,
                         Style style) {
    const auto* there = find(day, appointment);
    std::string out = fmt::format("{} {}.\n", said(verb),
                                  there != nullptr ? called(*there) : std::to_string(appointment));
    if (there != nullptr && verb == Verb::dispatch) out += row("Where", there->address);
    if (!day.trouble.empty() || day.waiting > 1) {
        out +=
            style.paint(Colour::warning, "Saved.") + " It waits until the office can be reached.\n";
    } else {
        out += style.paint(Colour::good, "Saved.") + " The office is told now.\n";
    }
    return out;
}

std::string render(const api::Denied& denied, Style style) {
    std::string out =
        style.paint(Colour::bad, "Not possible") + ": " + harmless(denied.error) + "\n";
    if (!denied.lifted.empty()) {
        out += fmt::format("  rule: {}; can be lifted {}\n", denied.rule, denied.lifted);
    }
    return out;
}

}  // namespace outrider::cli
