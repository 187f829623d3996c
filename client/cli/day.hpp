#pragma once
// The technician's day on a terminal.

#include "client/api/local_day.hpp"
#include "client/cli/console.hpp"
#include "platform/result.hpp"

#include <optional>
#include <span>

namespace outrider::cli {

std::string render(const api::DayView&, Style);
// All about the appointment of the next step; why there is none otherwise.
std::string render_next(const api::DayView&, Style);
std::string render(std::span<const api::WaitingTap>, Instant now, Style);
std::string render(std::span<const api::Card>, Instant now, Style);
// The card among the day's suggestions that this is about; Fault::refused naming the choices.
Result<api::Card> suggested(const api::DayView&, std::optional<dispatch::Id> appointment);
// What was saved, and whether the office can hear of it.
std::string render_saved(const api::DayView&, dispatch::Verb, dispatch::Id appointment, Style);
std::string render(const api::Denied&, Style);

// "08:30" by the machine's time zone.
std::string local_time(Instant);

}  // namespace outrider::cli
