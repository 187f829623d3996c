#include "client/api/local_coverage.hpp"

#include "client/api/local_coverage_json.hpp"

namespace outrider::api {
namespace {

struct Days {
    std::vector<Coverage> days;
};

template <class Archive, Is<Days> Document>
void members(Archive& archive, Document& coverage) {
    archive.objects("coverage", coverage.days);
}

}  // namespace

std::string with_coverage(std::string audit_json, const std::vector<Coverage>& days) {
    const std::string member = render(Days{days});  // {"coverage":[…]}
    audit_json.pop_back();
    return audit_json + (audit_json == "{" ? "" : ",") + member.substr(1);
}

Result<std::vector<Coverage>> parse_coverage(std::string_view audit_json) {
    const Json json = Json::parse(audit_json, nullptr, false);
    if (json.is_object() && !json.contains("coverage")) return std::vector<Coverage>();
    auto read = parse<Days>(audit_json, "coverage");
    if (!read) return read.error();
    return std::move(read->days);
}

}  // namespace outrider::api
