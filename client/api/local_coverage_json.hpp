#pragma once
// The coverage's members, for the documents it is part of.

#include "client/api/local_coverage.hpp"
#include "client/api/local_json.hpp"

namespace outrider::api {

template <class Archive, Is<Coverage::Gap> Document>
void members(Archive& archive, Document& gap) {
    archive("from", gap.from);
    archive("to", gap.to);
    archive("cause", gap.cause);
}

template <class Archive, Is<Coverage> Document>
void members(Archive& archive, Document& coverage) {
    archive("from", coverage.from);
    archive("to", coverage.to);
    archive("expected_min", coverage.expected_min);
    archive("covered_min", coverage.covered_min);
    archive("private_min", coverage.private_min);
    archive("share", coverage.share);
    archive.objects("gaps", coverage.gaps);
    archive("more_gaps", coverage.more_gaps);
    archive("more_gaps_min", coverage.more_gaps_min);
}

}  // namespace outrider::api
