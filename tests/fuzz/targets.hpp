#pragma once
// What comes from outside, given to what reads it. None may crash, hang or eat memory; each checks
// that what is believed is fit to be believed.

#include <array>
#include <string_view>

namespace outrider::fuzz {

void gpsd_line(std::string_view);
void http_answer(std::string_view);
void token_answer(std::string_view);
void ping_answer(std::string_view);
void retry_after(std::string_view);
void recording(std::string_view);
void configuration(std::string_view);
void control_request(std::string_view);
void database_row(std::string_view);
void office_day(std::string_view);
void office_page(std::string_view);

struct Target {
    std::string_view name;
    void (*run)(std::string_view);
};
inline constexpr std::array targets = {
    Target{"gpsd_line", gpsd_line},         Target{"http_answer", http_answer},
    Target{"token_answer", token_answer},   Target{"ping_answer", ping_answer},
    Target{"retry_after", retry_after},     Target{"recording", recording},
    Target{"configuration", configuration}, Target{"control_request", control_request},
    Target{"database_row", database_row},   Target{"office_day", office_day},
    Target{"office_page", office_page},
};

// Ends the program: the fuzzer keeps what led here.
void must(bool holds, std::string_view what);

}  // namespace outrider::fuzz
