// Readers of what the office says of a technician's day.

#include "client/api/job_filter.hpp"
#include "client/api/office_day.hpp"
#include "client/api/pages.hpp"
#include "client/api/plain_text.hpp"
#include "tests/fuzz/targets.hpp"

#include <cmath>
#include <string>
#include <utility>

namespace outrider::fuzz {
namespace {

template <class Page>
void bounded(const Page& page) {
    if (page) must(page->rows.size() <= api::most_rows, "a page without end");
}

}  // namespace

void office_day(std::string_view bytes) {
    const auto day = api::parse_office_day(bytes);
    if (!day) {
        must(day.error().detail.size() < 300, "an error without end");
        return;
    }
    must(day->visits.size() <= 500, "too many visits");
    const auto again = api::parse_office_day(api::to_json(*day));
    must(again && *again == *day, "a day that does not come back");
    const auto ruled = api::rule_day(*day);
    must(ruled.appointments.size() <= day->visits.size(), "appointments from nowhere");
    const auto mine = dispatch::possible(ruled, day->technician);
    must(mine.size() <= ruled.appointments.size() * 8, "moves from nowhere");
    const auto filter = api::job_filter(day->job_filter);
    const auto seen =
        api::visible(day->visits, filter, day->technician, day->as_of, day->as_of, *day, {});
    must(seen.size() <= day->visits.size(), "visits from nowhere");
}

void office_page(std::string_view bytes) {
    bounded(api::parse_appointments(bytes));
    bounded(api::parse_assignments(bytes));
    bounded(api::parse_assignment_feed(bytes));
    bounded(api::parse_jobs(bytes));
    bounded(api::parse_shifts(bytes));
    bounded(api::parse_activities(bytes));
    (void)api::parse_technician(bytes);
    (void)api::parse_customer_name(bytes);
    if (const auto place = api::parse_location(bytes); place && place->latitude) {
        must(std::abs(*place->latitude) <= 90 && std::abs(*place->longitude) <= 180, "no place");
    }
    const std::string text = api::plain_text(bytes, 200);
    must(text.size() <= 200, "a text over its limit");
    for (const char c : text) {
        must(c == '\n' || static_cast<unsigned char>(c) >= 0x20, "a control character");
    }
}

}  // namespace outrider::fuzz
