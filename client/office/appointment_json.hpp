#pragma once
// An appointment as ServiceTitan's dispatch has it; its job planning has more of it.

#include "client/office/wire.hpp"

namespace outrider::office {

Json appointment_json(const Appointment&);

}  // namespace outrider::office
