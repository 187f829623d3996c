#pragma once
// A judged fix's members, for the documents it is part of.

#include "client/api/local_json.hpp"

namespace outrider::api {

template <class Archive, Is<TrackPoint> Document>
void members(Archive& archive, Document& point) {
    archive("time", point.time);
    archive("latitude", point.latitude);
    archive("longitude", point.longitude);
    archive("speed_mps", point.speed_mps);
    archive("track_deg", point.track_deg);
    archive("altitude_m", point.altitude_m);
    archive("accuracy_m", point.accuracy_m);
    archive("verdict", point.judgement.verdict);
    archive("cause", point.judgement.cause);
    archive("measured", point.judgement.measured);
    archive("limit", point.judgement.limit);
    archive("sequence", point.sequence);
    archive("delivered", point.delivered);
}

}  // namespace outrider::api
