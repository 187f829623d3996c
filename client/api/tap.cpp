#include "client/api/tap.hpp"

#include "client/api/local_json.hpp"
#include "client/api/ping.hpp"

#include <optional>
#include <type_traits>
#include <utility>

namespace outrider::api {

template <class Archive, Is<dispatch::Assignment> Document>
void members(Archive& archive, Document& assignment) {
    archive("status", assignment.status);
    archive("paused", assignment.paused);
}

template <class Archive, Is<Tap::Belief> Document>
void members(Archive& archive, Document& believed) {
    archive.object("assignment", believed.assignment);
    archive("checked_in", believed.checked_in);
    archive("as_of", believed.as_of);
    archive("number", believed.number);
    archive("customer", believed.customer);
}

template <class Archive, Is<Tap> Document>
void members(Archive& archive, Document& tap) {
    archive("verb", tap.verb);
    archive("technician", tap.technician);
    archive("appointment", tap.appointment);
    archive("happened", tap.happened);
    archive("by_gps", tap.by_gps);
    // Not there in records of before: a technician's own.
    std::optional<bool> automatic = tap.automatic;
    archive("automatic", automatic);
    if constexpr (!std::is_const_v<Document>) tap.automatic = automatic.value_or(false);
    archive("uptime_ms", tap.uptime);
    archive("boot", tap.boot);
    archive("latitude", tap.latitude);
    archive("longitude", tap.longitude);
    archive.object("believed", tap.believed);
}

template <class Archive, Is<Told> Document>
void members(Archive& archive, Document& told) {
    archive("technician", told.technician);
    archive("appointment", told.appointment);
    archive.object("now", told.now);
    archive.object("seen", told.seen);
}

template <class Archive, Is<Stamp> Document>
void members(Archive& archive, Document& stamp) {
    archive("sequence", stamp.sequence);
    archive("happened", stamp.happened);
    archive("guessed", stamp.guessed);
}

struct StampPage {
    std::vector<Stamp> stamps;
};

template <class Archive, Is<StampPage> Document>
void members(Archive& archive, Document& page) {
    archive.objects("stamps", page.stamps);
}

struct ToldPage {
    std::vector<Told> told;
};

template <class Archive, Is<ToldPage> Document>
void members(Archive& archive, Document& page) {
    archive.objects("told", page.told);
}

namespace {

template <class Document>
Result<Document> decode(std::string_view text, std::string_view what) {
    const Json json = Json::parse(text, nullptr, false);
    Reader reader(json);
    Document document;
    if (reader.complaint().empty()) members(reader, document);
    if (reader.complaint().empty()) return document;
    return Error(Fault::malformed, std::string(what) + ", " + reader.complaint());
}

}  // namespace

std::string encode(const Tap& tap) { return render(tap); }
Result<Tap> decode_tap(std::string_view body) {
    return decode<Tap>(body, "this action's record cannot be read");
}

std::string action_id(std::uint64_t identity, std::int64_t sequence) {
    std::string id = external_id(identity, sequence);
    id.insert(id.rfind('-') + 1, 1, 'a');
    return id;
}

std::string encode(const std::vector<Stamp>& stamps) { return render(StampPage{stamps}); }
Result<std::vector<Stamp>> decode_stamps(std::string_view text) {
    auto page = decode<StampPage>(text, "the notebook's page of true times is unreadable");
    if (!page) return page.error();
    return std::move(page->stamps);
}

std::string encode(const std::vector<Told>& told) { return render(ToldPage{told}); }
Result<std::vector<Told>> decode_told(std::string_view text) {
    auto page = decode<ToldPage>(text, "the notebook's page of what the office took is unreadable");
    if (!page) return page.error();
    return std::move(page->told);
}

}  // namespace outrider::api
