// ServiceTitan's locations and customers.

#include "client/office/operations.hpp"
#include "client/office/wire.hpp"

namespace outrider::office {

namespace {

Json address_json(const Address& address) {
    return Json{{"street", address.street},
                {"unit", text_or_null(address.unit)},
                {"city", address.city},
                {"state", address.state},
                {"zip", address.zip},
                {"country", address.country},
                {"latitude", json_of(address.latitude)},
                {"longitude", json_of(address.longitude)}};
}

// Whether the address is verified can be written to ServiceTitan and is never told.
Result<Json> shape_location(const Location& row) {
    return Json{{"id", row.id},
                {"customerId", row.customer},
                {"active", row.active},
                {"name", row.name},
                {"address", address_json(row.address)},
                {"customFields", Json::array()},
                {"createdOn", json_of(row.stamp.created)},
                {"createdById", api_user},
                {"modifiedOn", json_of(row.stamp.modified)},
                {"mergedToId", nullptr},
                {"zoneId", nullptr},
                {"taxExempt", false},
                {"tagTypeIds", Json::array()},
                {"externalData", Json::array()},
                {"taxZoneId", nullptr}};
}

Result<Json> shape_customer(const Customer& row) {
    return Json{{"id", row.id},
                {"active", row.active},
                {"name", row.name},
                {"type", row.type},
                {"address", address_json(row.address)},
                {"doNotService", false},
                {"mergedToId", nullptr},
                {"createdOn", json_of(row.stamp.created)},
                {"modifiedOn", json_of(row.stamp.modified)}};
}

}  // namespace

http::Response locations_get(const Call& call) {
    Query query(call);
    return read_one<Location>(call, query, shape_location);
}

http::Response customers_get(const Call& call) {
    Query query(call);
    return read_one<Customer>(call, query, shape_customer);
}

}  // namespace outrider::office
