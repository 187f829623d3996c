#include "client/office/seed.hpp"

namespace outrider::office {

// Times count from the opening, so that it is a working day at whatever hour somebody tries it.
std::string_view sample_day() {
    return R"toml(# A small office's day, for `outrider office --seed sample`. To write your own: `id` is a number
# from 1 on; times are "09:30" of the office's day, "+45m" or "-1h30m" from its opening, or a date
# and time such as "2026-11-21T09:30:00Z".

[house]
notifications = "text"  # of customers when somebody is on the way: "off", "text" or "email"
limit = true            # at most one a day, as long as nobody has worked there and left since
arrival_tracking = true
template = "Hello {customer}, {technician} is on the way to {address}: {tracking_url}"
arrive_by_gps = false   # within 125 m of a verified address

[[technicians]]
id = 301
user = 1301
name = "Ana Ruiz"
unit = "van-7"      # the unit id of the device in the van
checked_in = false  # the office does that, each day
rating = 4.8

[[technicians]]
id = 302
user = 1302
name = "Ben Okafor"
unit = "van-8"
checked_in = true
may_dispatch = false  # the office dispatches him itself
rating = 4.2

[[technicians]]
id = 303
user = 1303
name = "Cy Lindqvist"
unit = "van-9"
checked_in = true
rating = 3.8  # customers see it from four stars on

[[technicians]]
id = 304
user = 1304
name = "Dee Park"
unit = "van-10"
checked_in = true
may_pause = false
job_filter = "NextScheduledDispatchedWorkingToday"

[[customers]]
id = 501
name = "Shoreline Cafe"
type = "Commercial"

[[customers]]
id = 502
name = "Mr and Mrs Hale"

[[customers]]
id = 503
name = "Castro Street Books"
type = "Commercial"

[[locations]]
id = 601
customer = 501
name = "Kitchen"
street = "1450 North Shoreline Boulevard"
city = "Mountain View"
state = "CA"
zip = "94043"
country = "USA"
latitude = 37.4242
longitude = -122.0780
verified = true  # only then there is a map for the customer, and arrival by GPS

[[locations]]
id = 602
customer = 502
name = "Home"
street = "221 Bryant Street"
city = "Mountain View"
state = "CA"
zip = "94041"
country = "USA"

[[locations]]
id = 603
customer = 503
name = "Shop"
street = "301 Castro Street"
city = "Mountain View"
state = "CA"
zip = "94041"
country = "USA"
latitude = 37.3925
longitude = -122.0795
verified = true

[[jobs]]
id = 701
number = "J-701"
summary = "<p>Walk-in cooler does not hold its temperature.</p>"
location = 601
priority = "Urgent"

[[jobs]]
id = 702
number = "J-702"
summary = "<p>Yearly service of the furnace.</p>"
location = 602

[[jobs]]
id = 703
number = "J-703"
summary = "<p>Replace two rooftop units.</p>"
location = 603
priority = "High"

[[jobs]]
id = 704
number = "J-704"
summary = "<p>Ice machine: quote for a replacement.</p>"
location = 601
priority = "Low"

[[jobs]]
id = 705
number = "J-705"
summary = "<p>Thermostat shows nothing.</p>"
location = 602

[[jobs]]
id = 706
number = "J-706"
summary = "<p>Filters, and look at the noise in the cellar.</p>"
location = 603
notify = false  # this customer wants no messages

[[appointments]]
id = 801
job = 701
start = "+15m"
end = "+1h45m"
window_start = "+0m"
window_end = "+2h"
instructions = "Ring at the back door.\nAsk for Lou."
confirmed = true
technicians = [301]

[[appointments]]
id = 802
job = 702
start = "+2h"
end = "+3h"
window_start = "+2h"
window_end = "+4h"
technicians = [301]

[[appointments]]
id = 803
job = 703
start = "+30m"
end = "+4h"
instructions = "The ladder is in the yard."
technicians = [302, 303]

[[appointments]]
id = 804
job = 703
start = "+24h"
end = "+28h"
technicians = [303]

[[appointments]]
id = 805
job = 704
start = "+3h30m"
end = "+4h"
technicians = [301]

[[appointments]]
id = 806
job = 705
start = "+1h"
end = "+2h"
confirmed = true
technicians = [304]

[[appointments]]
id = 807
job = 706
start = "+2h30m"
end = "+3h30m"
technicians = [304]

[[appointments]]
id = 808
job = 706
start = "+26h"
end = "+27h"
technicians = []  # nobody yet

[[shifts]]
id = 901
technician = 301
start = "-1h"
end = "+8h"

[[shifts]]
id = 902
technician = 302
start = "-1h"
end = "+8h"

[[shifts]]
id = 903
technician = 303
start = "-30m"
end = "+6h"

[[shifts]]
id = 904
technician = 304
start = "-1h"
end = "+8h"

[[shifts]]
id = 905
technician = 304
type = "OnCall"
title = "On call"
start = "+8h"
end = "+16h"

[[activity_types]]
id = 951
code = "DRIVE"
description = "On the way to a job"
job_association = "Require"
displayed_status = "Dispatched"

[[activity_types]]
id = 952
code = "WORK"
description = "At work on a job"
job_association = "Require"
displayed_status = "Working"

[[activity_types]]
id = 953
code = "MEAL"
description = "Meal"
job_association = "DoNotAllow"
displayed_status = "Meal"
)toml";
}

}  // namespace outrider::office
