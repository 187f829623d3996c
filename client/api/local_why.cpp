#include "client/api/local_why.hpp"

#include "client/api/local_coverage_json.hpp"
#include "client/api/local_track_json.hpp"

namespace outrider::api {

template <class Archive, Is<Why::Fix> Document>
void members(Archive& archive, Document& fix) {
    members(archive, fix.point);
    archive("sentence", fix.sentence);
    archive("asked", fix.asked);
}

template <class Archive, Is<Why::Ping> Document>
void members(Archive& archive, Document& ping) {
    archive("sequence", ping.sequence);
    archive("external_id", ping.external_id);
    archive("fate", ping.fate);
    archive("at", ping.at);
    archive("words", ping.words);
}

template <class Archive, Is<Why> Document>
void members(Archive& archive, Document& why) {
    archive("sentence", why.sentence);
    archive.objects("fixes", why.fixes);
    archive.object("ping", why.ping);
    archive.object("gap", why.gap);
}

std::string to_json(const Why& why) { return render(why); }
Result<Why> parse_why(std::string_view json) { return parse<Why>(json, "answer"); }

}  // namespace outrider::api
