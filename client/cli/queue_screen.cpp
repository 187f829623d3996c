#include "client/cli/queue.hpp"

#include <fmt/format.h>

#include <cmath>

namespace outrider::cli {

namespace {

constexpr std::size_t columns = 80;

std::string row(std::string_view label, std::string_view text) {
    return text.empty() ? "" : fmt::format("  {:<11} {}\n", label, text);
}

std::string date_and_time(Instant instant) {
    std::string text = to_rfc3339(instant).substr(0, 19);
    text[10] = ' ';
    return text;
}

std::string who(std::int64_t owner) {
    return owner == 0 ? "nobody signed in" : fmt::format("technician {}", owner);
}

struct Address {
    std::string unit, office;
};
Address address_of(const api::QueueRecord& record) {
    const auto to = api::decode_destination(record.destination);
    if (!to) return {"", harmless(record.destination)};
    return {harmless(fmt::format("{} \"{}\"", to->unit_id, to->unit_name)),
            harmless(fmt::format("{}, tenant {}, provider {}", to->origin.url(), to->tenant,
                                 to->gps_provider))};
}

std::string place(const api::Ping& ping, int decimals) {
    if (!std::isfinite(ping.latitude) || !std::isfinite(ping.longitude)) return "no position";
    return fmt::format("{:.{}f} {:.{}f}", ping.latitude, decimals, ping.longitude, decimals);
}

// Cut between characters, not within one.
std::string cut(std::string_view text, std::size_t width) {
    std::size_t characters = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool begins = (static_cast<unsigned char>(text[i]) & 0xc0U) != 0x80U;
        if (begins && ++characters == width) {
            const bool last = text.find_first_not_of(' ', i) == std::string_view::npos;
            if (!last && i + 1 < text.size()) return std::string(text.substr(0, i)) + "…";
        }
    }
    return std::string(text);
}

std::string what(const api::QueueRecord& record) {
    if (record.ping) {
        const api::Ping& ping = *record.ping;
        const std::string speed = ping.speed_mps ? fmt::format("{:.1f}", *ping.speed_mps) : "-";
        return fmt::format("{}  {:>20}  {:>5}", to_rfc3339(ping.time).substr(11, 8), place(ping, 5),
                           speed);
    }
    return fmt::format("{} bytes", record.body.size() / 2);
}

std::string heading_of(const api::QueueRecord& record) {
    const Address address = address_of(record);
    const std::string of = address.unit.empty() ? "" : " of " + address.unit;
    return fmt::format("{}{}, {}\n  to {}\n{:>7}  {:19}  {:>11}  {:8}  {:>20}  {:>5}\n",
                       name(record.lane), of, who(record.owner), address.office, "Number",
                       "Written (UTC)", "ago",
                       record.lane == offline::Lane::pings ? "Fix at" : "What",
                       record.lane == offline::Lane::pings ? "Place" : "",
                       record.lane == offline::Lane::pings ? "m/s" : "");
}

std::string without_trailing_spaces(const std::string& text) {
    std::string out;
    for (const char c : text) {
        if (c == '\n') {
            while (out.ends_with(' ')) out.pop_back();
        }
        out += c;
    }
    return out;
}

}  // namespace

std::string called(offline::Lane lane, std::int64_t sequence) {
    return fmt::format("{} {}", name(lane), sequence);
}

std::string QueueTable::add(const api::QueueRecord& record) {
    std::string out;
    if (std::string heading = without_trailing_spaces(heading_of(record)); heading != heading_) {
        if (!heading_.empty()) out += "\n";
        out += style_.paint(Colour::strong, heading.substr(0, heading.size() - 1)) + "\n";
        heading_ = std::move(heading);
    }
    out += fmt::format("{:>7}  {}  {:>11}  {}\n", record.sequence, date_and_time(record.written),
                       age(now_ - record.written), what(record));
    if (!record.buried) return out;
    const std::string refused = fmt::format("{:9}refused {} ago: {}", "",
                                            age(now_ - *record.buried), harmless(record.words));
    return out +
           style_.paint(Colour::warning, words_ == Words::whole ? refused : cut(refused, columns)) +
           "\n";
}

std::string render(const api::QueueRecord& record, Instant now, Style style) {
    const auto moment = [&](Instant at) {
        return fmt::format("{}, {} ago", to_rfc3339(at), age(now - at));
    };
    const Address address = address_of(record);
    std::string out = style.paint(Colour::strong, called(record.lane, record.sequence)) +
                      (record.buried ? ", a dead letter\n" : ", waiting\n");
    out += row("Written", moment(record.written));
    if (record.ping) {
        const api::Ping& ping = *record.ping;
        out += row("Fix at", to_rfc3339(ping.time));
        out += row("Place", place(ping, 7));
        out += row("Speed", ping.speed_mps ? fmt::format("{:.2f} m/s", *ping.speed_mps)
                                           : std::string("not known"));
        if (ping.is_new) out += row("New", "the unit's first ever");
    }
    out += row("Unit", address.unit);
    out += row("To", address.office);
    out += row("Owner", who(record.owner));
    out += row("External id", record.external_id);
    out += row("Body", record.body);
    out += row("Link", record.link);
    if (!record.buried) return out;
    out += row("Refused", style.paint(Colour::warning, moment(*record.buried)));
    return out + row("The office", record.words.empty() ? "said nothing" : harmless(record.words));
}

}  // namespace outrider::cli
