#include "client/cli/config.hpp"

#include "client/cli/config_file.hpp"
#include "client/cli/config_settings.hpp"
#include "platform/files.hpp"

#include <fmt/format.h>

#include <filesystem>

namespace outrider::cli {

namespace {

struct Contradiction {
    const char *key, *other;  // key must not be more than other
    double value, limit;
};

double number(Duration d) { return static_cast<double>(d.count()); }

std::vector<Contradiction> contradictions(const agent::Settings& s) {
    const auto& motion = s.judge.motion;
    return {
        {"motion.stationary_radius_m", "motion.leave_radius_m", motion.stationary_radius_m,
         motion.leave_radius_m},
        {"http.connect_timeout_s", "http.timeout_s", number(s.connect_limit),
         number(s.request_limit)},
        {"retry.base_s", "retry.cap_s", number(s.retry.base), number(s.retry.cap)},
    };
}

void check_contradictions(const agent::Settings& settings, const std::string& file,
                          Telling& telling) {
    for (const auto& one : contradictions(settings)) {
        if (one.value <= one.limit) continue;
        // At least one of the two was set; the smaller one's file is as good a place to begin.
        auto place = telling.places.find(one.key);
        if (place == telling.places.end()) place = telling.places.find(one.other);
        telling.problems.push_back(
            {place == telling.places.end() ? Place{file} : place->second, one.key,
             fmt::format("is more than {}: lower this one or raise that one", one.other)});
    }
    if (auto checked = check_day(settings); !checked) {
        const auto place = telling.places.find("dispatch.back_end");
        telling.problems.push_back({place == telling.places.end() ? Place{file} : place->second,
                                    "dispatch.back_end", checked.error().detail});
    }
}

Place place_of(const Setting& setting, const Telling& telling) {
    for (const auto& key : {setting.key, setting.follows}) {
        const auto found = telling.places.find(key);
        if (found != telling.places.end()) return found->second;
    }
    return {};
}

std::vector<Entry> entries_of(const std::vector<Flag>& flags, const std::vector<Setting>& table) {
    std::vector<Entry> entries;
    for (const auto& [key, words] : flags) {
        for (const auto& setting : table) {
            if (setting.key != key) continue;
            entries.push_back({key, value_of(setting, words), Place{command_line}});
        }
    }
    return entries;
}

Result<> read_office_secret(const std::string& file, std::string& into) {
    if (file.empty()) return {};
    auto secret = read_secret(file);
    if (!secret) return secret.error();
    into = std::move(*secret);
    return {};
}

void finish(OfficeDraft& draft, const std::string& file, Telling& telling) {
    if (draft.tls.certificate_file.empty() != draft.tls.key_file.empty()) {
        telling.problems.push_back(
            {Place{file}, "", "TLS needs both tls_certificate and tls_key: add the other one"});
    }
    if (!draft.tls.certificate_file.empty()) draft.settings.tls = draft.tls;
    const std::pair<std::string*, std::string*> secrets[] = {
        {&draft.client_secret_file, &draft.settings.client_secret},
        {&draft.app_key_file, &draft.settings.app_key}};
    for (const auto& [from, into] : secrets) {
        const auto read = read_office_secret(*from, *into);
        if (!read) telling.problems.push_back({Place{file}, "", read.error().detail});
    }
}

using Demand = void (*)(const std::vector<Setting>&, const std::string& file, Telling&);

Configuration load(const std::string& file, const Surroundings& around, Demand demand) {
    const std::string path = file.empty() ? default_config_file(around) : file;
    AgentDraft draft(around, path);
    const auto table = agent_table(draft);
    Reading reading = read_files(path);
    Telling telling;
    apply(table, reading.entries, telling);
    // After an error of syntax nobody knows what else the file says.
    if (reading.problems.empty()) {
        demand(table, path, telling);
        check_contradictions(draft.settings, path, telling);
    }

    Configuration configuration;
    configuration.file = path;
    configuration.problems = std::move(reading.problems);
    for (auto& problem : telling.problems) configuration.problems.push_back(std::move(problem));
    sort(configuration.problems, reading.files);
    for (const auto& setting : table) {
        configuration.values.push_back({setting.key, setting.show(), place_of(setting, telling)});
    }
    configuration.settings = std::move(draft.settings);
    return configuration;
}

}  // namespace

Configuration load_configuration(const std::string& file, const Surroundings& around) {
    return load(file, around, demand_required);
}

Configuration load_rules(const std::string& file, const Surroundings& around) {
    return load(file, around, [](const auto&, const auto&, Telling&) {});
}

std::vector<Problem> check_files(const Configuration& configuration) {
    constexpr std::size_t certificates_limit = 4 * 1024 * 1024;
    const auto& settings = configuration.settings;
    std::vector<Problem> problems;
    const auto complain = [&](std::string_view key, const Error& error, std::string_view fix) {
        for (const auto& shown : configuration.values) {
            if (shown.key != key) continue;
            const bool told = !shown.place.file.empty();
            problems.push_back({told ? shown.place : Place{configuration.file}, shown.key,
                                fmt::format("{}{}", error.detail, fix)});
        }
    };
    for (const auto& [key, path] :
         {std::pair{"servicetitan.client_secret_file", settings.client_secret_file},
          {"servicetitan.app_key_file", settings.app_key_file}}) {
        const auto secret = read_secret(path);
        std::error_code ignored;
        const bool there = std::filesystem::exists(path, ignored);
        if (secret) continue;
        complain(key, secret.error(), there ? "" : ": write it into that file and chmod 0600 it");
    }
    const auto& own = settings.trust;
    for (const auto& [key, path] :
         {std::pair{"servicetitan.client_key_file", own.client_key_file},
          {"http.proxy_credentials_file", settings.proxy.credentials_file}}) {
        if (path.empty()) continue;
        const auto secret = read_private_file(path, certificates_limit);
        if (!secret) complain(key, secret.error(), "");
    }
    if (own.client_certificate_file.empty() != own.client_key_file.empty()) {
        complain("servicetitan.client_certificate_file",
                 Error(Fault::malformed, "a certificate and its key go together"), ": name both");
    }
    if (!settings.trust.ca_file.empty()) {
        const auto read = read_file(settings.trust.ca_file, certificates_limit);
        if (!read) {
            complain("servicetitan.ca_file", read.error(), ": name a PEM file, or remove the line");
        }
    }
    return problems;
}

std::string find_socket(const std::string& given, const std::string& config_file,
                        const Surroundings& around) {
    if (!given.empty()) return given;
    const std::string path = config_file.empty() ? default_config_file(around) : config_file;
    const Configuration configuration = load_configuration(path, around);
    for (const auto& shown : configuration.values) {
        const bool told = shown.key == "local.socket" && !shown.place.file.empty();
        if (told || !config_file.empty()) return configuration.settings.socket;
    }
    const auto usual = usual_sockets(around);
    for (const auto& socket : usual) {
        std::error_code ignored;
        if (std::filesystem::is_socket(socket, ignored)) return socket;
    }
    return usual.front();
}

OfficeConfiguration load_office_configuration(const std::string& file,
                                              const std::vector<Flag>& flags) {
    OfficeDraft draft;
    const auto table = office_table(draft);
    Reading reading;
    if (!file.empty()) reading = read_files(file);
    for (auto& entry : entries_of(flags, table)) reading.entries.push_back(std::move(entry));
    Telling telling;
    apply(table, reading.entries, telling);
    finish(draft, file.empty() ? command_line : file, telling);

    OfficeConfiguration configuration;
    configuration.problems = std::move(reading.problems);
    for (auto& problem : telling.problems) configuration.problems.push_back(std::move(problem));
    sort(configuration.problems, reading.files);
    configuration.settings = std::move(draft.settings);
    return configuration;
}

std::vector<OfficeFlag> office_flags() {
    OfficeDraft draft;
    std::vector<OfficeFlag> flags;
    for (const auto& setting : office_table(draft)) {
        std::string now = setting.show();
        if (now == "[]" || now == in_quotes("")) now.clear();
        flags.push_back({setting.key, setting.doc, std::move(now)});
    }
    return flags;
}

}  // namespace outrider::cli
