#include "client/api/privacy.hpp"

#include "client/api/local_json.hpp"

namespace outrider::api {

template <class Archive, Is<PrivateRequest> Document>
void members(Archive& archive, Document& request) {
    archive("on", request.on);
    archive("for_s", request.length);
}

template <class Archive, Is<PrivatePage> Document>
void members(Archive& archive, Document& page) {
    archive("since", page.since);
    archive("until", page.until);
    archive("by", page.by);
    archive("over_ms", page.over);
    archive("boot", page.boot);
    archive("by_gps", page.by_gps);
    archive("guessed", page.guessed);
}

template <class Archive, Is<ForgetRequest> Document>
void members(Archive& archive, Document& request) {
    archive("from", request.from);
    archive("to", request.to);
    archive("queued", request.queued);
    archive("for_good", request.for_good);
}

template <class Archive, Is<ForgetAnswer> Document>
void members(Archive& archive, Document& answer) {
    archive("done", answer.done);
    archive("track", answer.track);
    archive("queued", answer.queued);
    archive("dead", answer.dead);
    archive("kept_queued", answer.kept_queued);
    archive("damaged_files", answer.damaged_files);
    archive("left", answer.left);
}

template <class Archive, Is<PrivacyReport::Zone> Document>
void members(Archive& archive, Document& zone) {
    archive("name", zone.name);
    archive("radius_m", zone.radius_m);
    archive("latitude", zone.latitude);
    archive("longitude", zone.longitude);
}

template <class Archive, Is<PrivacyReport::Holding> Document>
void members(Archive& archive, Document& holding) {
    archive("what", holding.what);
    archive("count", holding.count);
    archive("first", holding.first);
    archive("last", holding.last);
    archive("says", holding.says);
    archive("until", holding.until);
}

template <class Archive, Is<PrivacyReport> Document>
void members(Archive& archive, Document& report) {
    archive.object("now", report.now);
    archive("at", report.at);
    archive("unit", report.unit);
    archive("technician", report.technician);
    archive("technician_name", report.technician_name);
    archive("window", report.window);
    archive("on_duty", report.on_duty);
    archive.objects("zones", report.zones);
    archive.objects("holds", report.holds);
    archive("office", report.office);
    archive("sends", report.sends);
    archive("not_kept", report.not_kept);
    archive("forgotten", report.forgotten);
}

namespace {

// What somebody asks, rather than what our own agent says.
template <class Document>
Result<Document> read_request(std::string_view text, std::string_view what) {
    const Json json = Json::parse(text, nullptr, false);
    Reader reader(json);
    Document document;
    if (reader.complaint().empty()) members(reader, document);
    if (reader.complaint().empty()) return document;
    return Error(Fault::malformed, std::string(what) + ": " + reader.complaint());
}

}  // namespace

std::string to_json(const PrivacyView& view) { return render(view); }
Result<PrivacyView> parse_privacy_view(std::string_view json) {
    return parse<PrivacyView>(json, "state of privacy");
}

std::string to_json(const PrivateRequest& request) { return render(request); }
Result<PrivateRequest> parse_private_request(std::string_view json) {
    auto request = read_request<PrivateRequest>(json, "private mode");
    if (!request || !request->length) return request;
    if (*request->length > Duration::zero() && *request->length <= PrivateRequest::longest) {
        return request;
    }
    return Error(Fault::malformed, "private mode: 'for_s' is more than 0 and at most 31 days");
}

std::string encode(const PrivatePage& page) { return render(page); }
Result<PrivatePage> decode_private_page(std::string_view text) {
    return read_request<PrivatePage>(text, "the notebook's page of private mode is unreadable");
}

std::string to_json(const ForgetRequest& request) { return render(request); }
Result<ForgetRequest> parse_forget_request(std::string_view json) {
    auto request = read_request<ForgetRequest>(json, "forget");
    if (request && request->from && request->to && *request->from >= *request->to) {
        return Error(Fault::malformed, "forget: 'from' has to be before 'to'");
    }
    return request;
}

std::string to_json(const ForgetAnswer& answer) { return render(answer); }
Result<ForgetAnswer> parse_forget_answer(std::string_view json) {
    return parse<ForgetAnswer>(json, "answer");
}

std::string to_json(const PrivacyReport& report) { return render(report); }
Result<PrivacyReport> parse_privacy_report(std::string_view json) {
    return parse<PrivacyReport>(json, "report");
}

}  // namespace outrider::api
