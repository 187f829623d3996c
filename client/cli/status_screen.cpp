#include "client/cli/status.hpp"

#include "client/cli/coverage.hpp"
#include "client/cli/private.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace outrider::cli {

namespace {

struct GpsWords {
    std::string_view state, words;
    Colour colour;
};
// gps::name(SourceState) in words that help somebody who never heard of gpsd.
constexpr std::array gps_words = {
    GpsWords{"fix", "position known", Colour::good},
    GpsWords{"no fix", "no position yet: the receiver sees too few satellites", Colour::warning},
    GpsWords{"stale fix", "the last position is old", Colour::warning},
    GpsWords{"no device", "no GPS receiver found", Colour::bad},
    GpsWords{"no gpsd", "the GPS service (gpsd) does not answer", Colour::bad},
};

struct Headline {
    std::string_view words;
    Colour colour;
};
Headline headline(api::Status::Health health) {
    switch (health) {
        case api::Status::Health::ok: return {"Working", Colour::good};
        case api::Status::Health::degraded: return {"Needs attention", Colour::warning};
        case api::Status::Health::down: break;
    }
    return {"Not working", Colour::bad};
}

std::string row(std::string_view label, std::string_view text) {
    return text.empty() ? "" : fmt::format("  {:<11}{}\n", label, text);
}

void add(std::string& list, std::string_view part) {
    if (part.empty()) return;
    if (!list.empty()) list += ", ";
    list += part;
}

std::string receiver(const api::Status::Gps& gps, Style style) {
    const auto* const known =
        std::find_if(gps_words.begin(), gps_words.end(),
                     [&](const GpsWords& words) { return words.state == gps.state; });
    std::string text =
        known == gps_words.end() ? gps.state : style.paint(known->colour, known->words);
    if (gps.fix_age) add(text, age(*gps.fix_age) + " old");
    if (gps.accuracy_m) add(text, fmt::format("good to {:.0f} m", *gps.accuracy_m));
    if (gps.satellites) add(text, fmt::format("{} satellites", *gps.satellites));
    return text;
}

std::string position(const api::Status::Gps& gps) {
    if (!gps.latitude || !gps.longitude) return "";
    std::string text = fmt::format("{:.5f} {:.5f}", *gps.latitude, *gps.longitude);
    if (gps.speed_mps) {
        add(text, fmt::format("{:.0f} mph ({:.0f} km/h)", *gps.speed_mps / 0.44704,
                              *gps.speed_mps * 3.6));
    }
    // Below walking speed a course is noise.
    if (gps.track_deg && gps.speed_mps.value_or(0) > 1.5) {
        add(text, "heading " + compass(*gps.track_deg));
    }
    return text;
}

std::string source(const api::Status::Gps& gps) {
    std::string text = gps.daemon;
    add(text, gps.device);
    return text;
}

std::string heard(const api::Status::Office& office, Style style) {
    if (!office.acknowledged_age) {
        return style.paint(Colour::warning, "the office has not heard from you yet");
    }
    const bool recent = *office.acknowledged_age < std::chrono::minutes(10);
    return style.paint(
        recent ? Colour::good : Colour::warning,
        fmt::format("the office heard from you {} ago", age(*office.acknowledged_age)));
}

std::string delivery(const api::Status::Office& office, Style style) {
    std::string text =
        office.paused_by_hand ? style.paint(Colour::warning, "paused by hand") : office.state;
    if (office.next_attempt_in) add(text, "next try in " + age(*office.next_attempt_in));
    return office.url.empty() ? text : fmt::format("{} ({})", text, office.url);
}

std::string waiting(const api::Status::Queue& queue) {
    std::string text;
    if (queue.actions > 0) add(text, grouped(queue.actions) + " actions");
    if (queue.pings > 0) add(text, grouped(queue.pings) + " positions");
    if (text.empty()) text = "nothing: everything is delivered";
    if (queue.bytes > 0) text += " (" + size(queue.bytes) + ")";
    if (queue.oldest_age) add(text, "the oldest for " + age(*queue.oldest_age));
    return text;
}

std::string dead(const api::Status::Queue& queue, Style style) {
    if (queue.dead == 0) return "";
    return style.paint(Colour::warning, grouped(queue.dead) + " by the office for good") +
           ": see `outrider queue dead ls`";
}

std::string gone(const api::Status::Gone& gone) {
    std::string text;
    for (const auto& [count, words] : {std::pair{gone.expired, " expired"},
                                       {gone.thinned, " left out"},
                                       {gone.discarded, " discarded"},
                                       {gone.dropped, " dropped"},
                                       {gone.lost, " destroyed"},
                                       {gone.skipped, " numbers left out"}}) {
        if (count > 0) add(text, grouped(count) + words);
    }
    return text.empty() ? "" : text + ": see `outrider audit`";
}

std::string refusal(const api::Status& status, Style style) {
    if (!status.office.refused_since) return "";
    return style.paint(Colour::warning,
                       fmt::format("for {}, since {}: credentials or configuration",
                                   age(status.now - *status.office.refused_since),
                                   to_rfc3339(*status.office.refused_since).substr(0, 16) + "Z"));
}

std::string last_error(const api::Status& status) {
    if (!status.last_error) return "";
    const auto& error = *status.last_error;
    return fmt::format("{} ago: {} ({})", age(status.now - error.at), error.detail, error.fault);
}

std::string reasons_of(const api::Status& status) {
    std::string text;
    for (const auto& reason : status.reasons) text += "  - " + reason + "\n";
    return text;
}

}  // namespace

std::string render(const api::Status& status, Style style) {
    const Headline head = headline(status.health);
    std::string out = fmt::format("{}: {}\n{}\n", style.paint(head.colour, head.words),
                                  heard(status.office, style), reasons_of(status));
    out += row("GPS", receiver(status.gps, style));
    // The reasons have said it already when something is wrong.
    if (status.health == api::Status::Health::ok && status.gps.state != "fix")
        out += row("", status.gps.detail);
    out += row("Position", position(status.gps));
    const std::string nothing = status.privacy ? not_kept(*status.privacy) : "";
    if (!nothing.empty()) out += row("Private", style.paint(Colour::strong, nothing));
    out += row("Vehicle", status.motion == "unknown" ? "not known yet" : status.motion);
    if (status.coverage) out += row("Tracked", in_a_line(*status.coverage, style));
    out += row("Office", delivery(status.office, style));
    out += row("Refuses us", refusal(status, style));
    out += row("Waiting", waiting(status.queue));
    out += row("Refused", dead(status.queue, style));
    out += row("Gone", gone(status.gone));
    out += row("Last error", last_error(status));
    out +=
        row("So far", fmt::format("{} fixes, {} reported, {} delivered", grouped(status.captured),
                                  grouped(status.reported), grouped(status.delivered)));
    if (status.office.ambiguous > 0) {
        out += row("Unanswered", grouped(status.office.ambiguous) +
                                     " requests so far, which the office may have heard");
    }
    std::string machinery =
        fmt::format("outrider {}, running {}", status.version, age(status.running));
    add(machinery, source(status.gps));
    return out + row("Agent", style.paint(Colour::dim, machinery));
}

std::string no_agent(const Error& error, Style style) {
    return fmt::format(
        "{}: {}\n"
        "  Why did it stop?       journalctl -u outrider -e\n"
        "  Does it run elsewhere? outrider status --socket PATH\n",
        style.paint(Colour::bad, "Not working"), error.detail);
}

}  // namespace outrider::cli
