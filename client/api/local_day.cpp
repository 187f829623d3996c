#include "client/api/local_day.hpp"

#include "client/api/local_json.hpp"

namespace outrider::api {

template <class Archive, Is<WaitingTap> Document>
void members(Archive& archive, Document& tap) {
    archive("sequence", tap.sequence);
    archive("verb", tap.verb);
    archive("appointment", tap.appointment);
    archive("number", tap.number);
    archive("customer", tap.customer);
    archive("happened", tap.happened);
    archive("held", tap.held);
}

template <class Archive, Is<Card::Choice> Document>
void members(Archive& archive, Document& choice) {
    archive("appointment", choice.appointment);
    archive("number", choice.number);
    archive("customer", choice.customer);
}

template <class Archive, Is<Card> Document>
void members(Archive& archive, Document& card) {
    archive("kind", card.kind);
    archive("sequence", card.sequence);
    archive("verb", card.verb);
    archive("appointment", card.appointment);
    archive("number", card.number);
    archive("customer", card.customer);
    archive("happened", card.happened);
    archive("at", card.at);
    archive("mine", card.mine);
    archive("office", card.office);
    archive("next", card.next);
    archive("to_decide", card.to_decide);
    archive.objects("choices", card.choices);
    archive("acts_at", card.acts_at);
}

template <class Archive, Is<DayView::Me> Document>
void members(Archive& archive, Document& me) {
    archive("id", me.id);
    archive("name", me.name);
    archive("checked_in", me.checked_in);
    archive("checked_in_by", me.checked_in_by);
    archive("may_dispatch", me.may_dispatch);
    archive("may_arrive", me.may_arrive);
    archive("may_pause", me.may_pause);
}

template <class Archive, Is<DayView::Step> Document>
void members(Archive& archive, Document& step) {
    archive("verb", step.verb);
    archive("appointment", step.appointment);
}

template <class Archive, Is<DayView::Crew> Document>
void members(Archive& archive, Document& crew) {
    archive("technician", crew.technician);
    archive("name", crew.name);
    archive("status", crew.status);
    archive("paused", crew.paused);
}

template <class Archive, Is<DayView::Denial> Document>
void members(Archive& archive, Document& denial) {
    archive("verb", denial.verb);
    archive("rule", denial.rule);
    archive("lifted", denial.lifted);
    archive("reason", denial.reason);
}

template <class Archive, Is<DayView::Appointment::Eta> Document>
void members(Archive& archive, Document& eta) {
    archive("low", eta.low);
    archive("likely", eta.likely);
    archive("high", eta.high);
}

template <class Archive, Is<DayView::Appointment> Document>
void members(Archive& archive, Document& appointment) {
    archive("id", appointment.id);
    archive("number", appointment.number);
    archive("job", appointment.job);
    archive("job_number", appointment.job_number);
    archive("status", appointment.status);
    archive("paused", appointment.paused);
    archive("office_status", appointment.office_status);
    archive("office_paused", appointment.office_paused);
    archive("appointment_status", appointment.appointment_status);
    archive("job_status", appointment.job_status);
    archive("start", appointment.start);
    archive("end", appointment.end);
    archive("window_start", appointment.window_start);
    archive("window_end", appointment.window_end);
    archive("customer", appointment.customer);
    archive("location", appointment.location);
    archive("address", appointment.address);
    archive("latitude", appointment.latitude);
    archive("longitude", appointment.longitude);
    archive("summary", appointment.summary);
    archive("instructions", appointment.instructions);
    archive("priority", appointment.priority);
    archive.objects("crew", appointment.crew);
    archive.objects("waiting", appointment.waiting);
    archive("can", appointment.can);
    archive.objects("cannot", appointment.cannot);
    archive.object("eta", appointment.eta);
}

template <class Archive, Is<DayView> Document>
void members(Archive& archive, Document& day) {
    archive("revision", day.revision);
    archive("now", day.now);
    archive("as_of", day.as_of);
    archive("age_s", day.age);
    archive("trouble", day.trouble);
    archive.object("technician", day.technician);
    archive.object("next", day.next);
    archive("under_way", day.under_way);
    archive.objects("appointments", day.appointments);
    archive("waiting", day.waiting);
    archive("cards", day.cards);
    archive.object("privacy", day.privacy);
    archive.objects("suggestions", day.suggestions);
}

template <class Archive, Is<Denied> Document>
void members(Archive& archive, Document& denied) {
    archive("error", denied.error);
    archive("rule", denied.rule);
    archive("lifted", denied.lifted);
    archive("as_of", denied.as_of);
    archive("other", denied.other);
    archive("choices", denied.choices);
}

std::string to_json(const WaitingTap& tap) { return render(tap); }
Result<WaitingTap> parse_waiting_tap(std::string_view line) {
    return parse<WaitingTap>(line, "list of what waits");
}

std::string to_json(const Card& card) { return render(card); }
Result<Card> parse_card(std::string_view line) { return parse<Card>(line, "card"); }

std::string to_json(const DayView& day) { return render(day); }
Result<DayView> parse_day_view(std::string_view json) { return parse<DayView>(json, "day"); }

std::string to_json(const Denied& denied) { return render(denied); }
Result<Denied> parse_denied(std::string_view json) { return parse<Denied>(json, "refusal"); }

}  // namespace outrider::api
