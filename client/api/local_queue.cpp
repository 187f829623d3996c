#include "client/api/local_json.hpp"

#include <fmt/format.h>

namespace outrider::api {

template <class Archive, Is<Ping::Context> Document>
void members(Archive& archive, Document& context) {
    archive("appointment", context.appointment);
    archive("status", context.status);
}

template <class Archive, Is<Ping> Document>
void members(Archive& archive, Document& ping) {
    archive("time", ping.time);
    archive("latitude", ping.latitude);
    archive("longitude", ping.longitude);
    archive("speed_mps", ping.speed_mps);
    archive("is_new", ping.is_new);
    archive.object("under_way", ping.under_way);
}

template <class Archive, Is<QueueRecord> Document>
void members(Archive& archive, Document& record) {
    archive("lane", record.lane);
    archive("sequence", record.sequence);
    archive("written", record.written);
    archive("owner", record.owner);
    JsonText destination{record.destination};
    archive("destination", destination);
    if constexpr (!std::is_const_v<Document>) record.destination = std::move(destination.text);
    archive("external_id", record.external_id);
    archive.object("ping", record.ping);
    archive("body", record.body);
    archive("link", record.link);
    archive("buried", record.buried);
    archive("words", record.words);
}

template <class Archive, Is<DeadRequest> Document>
void members(Archive& archive, Document& request) {
    archive("lane", request.lane);
    archive("sequences", request.sequences);
}

template <class Archive, Is<DeadAnswer> Document>
void members(Archive& archive, Document& answer) {
    archive("lane", answer.lane);
    archive("done", answer.done);
    archive("unknown", answer.unknown);
}

namespace {

std::string hexadecimal(std::string_view bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    text.reserve(2 * bytes.size());
    for (const char byte : bytes) {
        text += digits[static_cast<unsigned char>(byte) >> 4U];
        text += digits[static_cast<unsigned char>(byte) & 15U];
    }
    return text;
}

}  // namespace

QueueRecord record_of(const offline::Envelope& envelope, std::string destination,
                      std::uint64_t identity) {
    QueueRecord record;
    record.lane = envelope.lane;
    record.sequence = envelope.sequence;
    record.written = envelope.written;
    record.owner = envelope.owner;
    record.destination = std::move(destination);
    record.body = hexadecimal(envelope.body);
    record.link = hexadecimal(envelope.link);
    if (envelope.lane != offline::Lane::pings) return record;
    record.external_id = external_id(identity, envelope.sequence);
    if (auto ping = decode_ping(envelope.body)) record.ping = *ping;
    return record;
}

std::string to_json(const QueueRecord& record) { return render(record); }
Result<QueueRecord> parse_queue_record(std::string_view line) {
    return parse<QueueRecord>(line, "queue");
}

std::string to_json(const DeadRequest& request) { return render(request); }
Result<DeadRequest> parse_dead_request(std::string_view text) {
    const Json json = Json::parse(text, nullptr, false);
    Reader reader(json);
    DeadRequest request;
    if (reader.complaint().empty()) members(reader, request);
    if (!reader.complaint().empty()) {
        return Error(Fault::malformed,
                     reader.complaint() + R"(: send {"lane":"pings","sequences":[1,2]})");
    }
    if (request.sequences.empty()) return Error(Fault::malformed, "'sequences' is empty");
    if (request.sequences.size() > DeadRequest::most) {
        return Error(Fault::too_large, fmt::format("'sequences' has {} numbers, {} are the most: "
                                                   "send several requests",
                                                   request.sequences.size(), DeadRequest::most));
    }
    return request;
}

std::string to_json(const DeadAnswer& answer) { return render(answer); }
Result<DeadAnswer> parse_dead_answer(std::string_view json) {
    return parse<DeadAnswer>(json, "answer");
}

}  // namespace outrider::api
