#include "client/office/notices.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace outrider::office {

namespace {

constexpr std::array<std::string_view, 5> tokens = {"technician", "customer", "address",
                                                    "tracking_url", "rating"};

// Calls `text` with what stands between tokens and `token` with their names, in order.
void walk(std::string_view whole, auto text, auto token) {
    while (!whole.empty()) {
        const auto open = whole.find('{');
        const auto close = whole.find('}', open == std::string_view::npos ? 0 : open);
        if (open == std::string_view::npos || close == std::string_view::npos) break;
        text(whole.substr(0, open));
        token(whole.substr(open + 1, close - open - 1));
        whole.remove_prefix(close + 1);
    }
    text(whole);
}

struct Scene {
    House house;
    Technician technician;
    Appointment appointment;
    Job job;
    Customer customer;
    Location location;
};

template <class Row>
Result<> load(Books& books, Id id, Row& into) {
    auto row = books.find<Row>(id);
    if (!row) return row.error();
    if (*row) into = std::move(**row);
    return {};
}

Result<Scene> scene_of(Books& books, const Dispatched& news) {
    Scene scene;
    auto house = books.house();
    if (!house) return house.error();
    scene.house = std::move(*house);
    Result<> loaded = load(books, news.technician, scene.technician);
    if (loaded) loaded = load(books, news.appointment, scene.appointment);
    if (loaded) loaded = load(books, scene.appointment.job, scene.job);
    if (loaded) loaded = load(books, scene.job.customer, scene.customer);
    if (loaded) loaded = load(books, scene.job.location, scene.location);
    if (!loaded) return loaded.error();
    return scene;
}

Result<bool> another_is_coming_or_there(Books& books, const Scene& scene) {
    const auto others = books.database().number(
        "SELECT count(*) FROM assignments JOIN jobs ON jobs.id = assignments.job "
        "WHERE active AND jobs.location = ? AND technician <> ? "
        "AND assignments.status IN ('Dispatched', 'Working')",
        scene.location.id, scene.technician.id);
    if (!others) return others.error();
    return *others > 0;
}

// The customer has had today's message, and nobody has worked there since.
Result<bool> had_enough(Books& books, const Scene& scene) {
    const auto latest = books.database().query(
        "SELECT at, revision FROM notifications WHERE location = ? AND customer = ? "
        "ORDER BY id DESC LIMIT 1",
        scene.location.id, scene.customer.id);
    if (!latest) return latest.error();
    const auto there = (*latest)->step();
    if (!there) return there.error();
    if (!*there) return false;
    const Instant at = (*latest)->instant(0);
    const std::int64_t revision = (*latest)->integer(1);
    (*latest)->reset();
    if (books.day_of(at) != books.day_of(books.clock().now())) return false;
    // No message goes out while somebody works there: so work that the books have heard of after
    // the message began after it, whatever the times it is said to have happened.
    const auto since = books.database().number(
        "SELECT count(*) FROM job_timesheets JOIN jobs ON jobs.id = job_timesheets.job "
        "WHERE jobs.location = ? AND arrived IS NOT NULL AND job_timesheets.revision > ?",
        scene.location.id, revision);
    if (!since) return since.error();
    return *since == 0;
}

Result<std::string> text_of(Books& books, const Scene& scene) {
    std::string link;
    const bool wanted = scene.house.text.find("{tracking_url}") != std::string::npos;
    if (wanted && scene.house.arrival_tracking) {
        const auto token = books.tracking_token(scene.technician.id, scene.appointment.id);
        if (!token) return token.error();
        link = fmt::format("{}/office/v1/tracking/{}", books.options().public_url, *token);
    }
    const auto& stars = scene.technician.rating;
    const std::array<std::string, tokens.size()> values = {
        scene.technician.name, scene.customer.name, in_one_line(scene.location.address), link,
        stars && *stars >= shown_from_stars ? fmt::format("{:.1f}", *stars) : ""};
    std::string text;
    walk(
        scene.house.text, [&](std::string_view part) { text += part; },
        [&](std::string_view token) {
            const auto found = std::find(tokens.begin(), tokens.end(), token);
            if (found != tokens.end()) {
                text += values.at(static_cast<std::size_t>(found - tokens.begin()));
            }
        });
    return text;
}

}  // namespace

Result<> tell_customer(Books& books, const Dispatched& news) {
    const auto scene = scene_of(books, news);
    if (!scene) return scene.error();
    if (scene->house.channel == "off" || !scene->job.notify) return {};
    const auto others = another_is_coming_or_there(books, *scene);
    if (!others) return others.error();
    if (*others) return {};
    if (scene->house.limited) {
        const auto enough = had_enough(books, *scene);
        if (!enough) return enough.error();
        if (*enough) return {};
    }
    const auto text = text_of(books, *scene);
    if (!text) return text.error();
    const auto revision = books.revision();
    if (!revision) return revision.error();
    return books.database().run(
        "INSERT INTO notifications (at, happened, technician, appointment, job, customer, "
        "location, channel, text, action, revision) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        books.clock().now(), news.happened, scene->technician.id, scene->appointment.id,
        scene->job.id, scene->customer.id, scene->location.id,
        std::string_view(scene->house.channel), std::string_view(*text),
        std::string_view(news.action_id), *revision);
}

Result<std::vector<Notification>> notifications(Books& books, std::int64_t id, std::size_t limit) {
    const auto statement = books.database().query(
        "SELECT id, at, happened, technician, appointment, job, customer, location, channel, text, "
        "action, revision FROM notifications WHERE id > ? ORDER BY id LIMIT ?",
        id, static_cast<std::int64_t>(limit));
    if (!statement) return statement.error();
    std::vector<Notification> found;
    for (;;) {
        const auto more = (*statement)->step();
        if (!more) return more.error();
        if (!*more) return found;
        const offline::Statement& row = **statement;
        Notification& each = found.emplace_back();
        each.id = row.integer(0);
        each.at = row.instant(1);
        each.happened = row.instant(2);
        each.technician = row.integer(3);
        each.appointment = row.integer(4);
        each.job = row.integer(5);
        each.customer = row.integer(6);
        each.location = row.integer(7);
        each.channel = row.text(8);
        each.text = row.text(9);
        each.action = row.text(10);
        each.revision = row.integer(11);
    }
}

Result<> check_template(std::string_view text) {
    std::string unknown;
    walk(
        text, [](std::string_view) {},
        [&](std::string_view token) {
            const bool known = std::find(tokens.begin(), tokens.end(), token) != tokens.end();
            if (!known && unknown.empty()) unknown = token.substr(0, 40);
        });
    if (unknown.empty()) return {};
    return Error(Fault::malformed, fmt::format("there is no {{{}}}: there are {{{}}}", unknown,
                                               fmt::join(tokens, "}, {")));
}

}  // namespace outrider::office
