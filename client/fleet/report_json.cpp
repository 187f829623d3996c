#include "client/api/json_text.hpp"
#include "client/fleet/part.hpp"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

namespace outrider::fleet {

namespace {

// JSON as people like to read it: a line for each thing of the first levels, lists in one.
class Writer {
public:
    explicit Writer(std::string& out) : out_(out) {}
    void open(std::string_view name) { begin(name, '{'); }
    void close() {
        --depth_;
        if (!first_) line();
        out_ += '}';
        first_ = false;
    }
    void text(std::string_view name, std::string_view value) {
        member(name);
        api::append_json_string(out_, value);
    }
    // Of what is JSON already.
    void json(std::string_view name, std::string_view value) {
        member(name);
        out_ += value;
    }
    void number(std::string_view name, std::int64_t value) { json(name, fmt::format("{}", value)); }
    void real(std::string_view name, double value) {
        json(name, std::isfinite(value) ? fmt::format("{}", value) : "null");
    }

private:
    void line() {
        out_ += '\n';
        out_.append(static_cast<std::size_t>(depth_), ' ');
    }
    void member(std::string_view name) {
        if (!first_) out_ += ',';
        first_ = false;
        line();
        api::append_json_string(out_, name);
        out_ += ": ";
    }
    void begin(std::string_view name, char bracket) {
        member(name);
        out_ += bracket;
        ++depth_;
        first_ = true;
    }

    std::string& out_;
    int depth_ = 1;
    bool first_ = true;
};

template <class List, class Write>
std::string list(const List& items, Write write) {
    std::string out = "[";
    for (const auto& item : items) {
        if (out.size() > 1) out += ',';
        write(out, item);
    }
    return out + ']';
}

std::string numbers(const std::vector<std::int64_t>& values) {
    return list(values, [](std::string& out, std::int64_t value) {
        fmt::format_to(std::back_inserter(out), "{}", value);
    });
}

std::string spots(const std::vector<Spot>& spots) {
    return list(spots, [](std::string& out, const Spot& spot) {
        fmt::format_to(std::back_inserter(out), "[{},{}]", spot.east_m, spot.north_m);
    });
}

struct Percentile {
    const char* name;
    std::int64_t of_a_million;
};
constexpr std::array percentiles = {Percentile{"p50", 500'000}, Percentile{"p90", 900'000},
                                    Percentile{"p99", 990'000}, Percentile{"p999", 999'000}};

void write(Writer& writer, std::string_view name, const Histogram& histogram) {
    writer.open(name);
    writer.number("count", histogram.count());
    writer.number("sum", histogram.sum());
    writer.number("least", histogram.least());
    for (const Percentile& percentile : percentiles)
        writer.number(percentile.name, histogram.at(percentile.of_a_million));
    writer.number("most", histogram.most());
    std::string buckets = "[";
    for (std::size_t i = 0; i < histogram.buckets().size(); ++i) {
        if (histogram.buckets()[i] == 0) continue;
        if (buckets.size() > 1) buckets += ',';
        buckets += fmt::format("[{},{}]", i, histogram.buckets()[i]);
    }
    writer.json("buckets", buckets + "]");
    writer.close();
}

template <class Courses>
void write_courses(Writer& writer, std::string_view name, const Courses& courses) {
    writer.open(name);
    for (const auto& [key, course] : courses) {
        writer.open(key);
        writer.number("step_s", course.step_s());
        writer.json("values", numbers(course.values()));
        writer.close();
    }
    writer.close();
}

std::string violations(const Figures& figures) {
    return list(figures.violations, [](std::string& out, const Violation& violation) {
        fmt::format_to(std::back_inserter(out), "\n  {{\"seed\": \"{}\", \"technician\": {}, ",
                       violation.seed, violation.technician);
        out += "\"words\": ";
        api::append_json_string(out, violation.words);
        out += '}';
    });
}

// In text: few programs keep a whole number beyond 2^53.
std::string seeds(const Figures& figures) {
    std::vector<std::uint64_t> once;
    for (const Violation& violation : figures.violations)
        if (once.empty() || once.back() != violation.seed) once.push_back(violation.seed);
    return list(once, [](std::string& out, std::uint64_t seed) {
        fmt::format_to(std::back_inserter(out), "\"{}\"", seed);
    });
}

std::string trails(const Figures& figures) {
    return list(figures.trails, [](std::string& out, const Trail& trail) {
        out += fmt::format("\n  {{\"technician\": {}, \"driven\": {}, \"reported\": {}}}",
                           trail.technician, spots(trail.driven), spots(trail.reported));
    });
}

}  // namespace

std::string report_json(const Part& part) {
    const Figures& figures = part.figures;
    std::string out = "{";
    Writer writer(out);
    writer.text("report", "outrider fleet 1");
    writer.text("version", part.version);
    writer.open("asked");
    for (const auto& [name, value] : part.asked) writer.text(name, value);
    writer.close();
    writer.text("shard", to_string(part.shard));
    for (const char* name : {"histories", "technicians", "violations"})
        writer.number(name, figures.count(name));
    writer.json("seeds_of_violations", seeds(figures));
    writer.json("violations_told", violations(figures));
    writer.open("counts");
    for (const auto& [name, value] : figures.counts) writer.number(name, value);
    writer.close();
    writer.open("histograms");
    for (const auto& [name, histogram] : figures.histograms) write(writer, name, histogram);
    writer.close();
    write_courses(writer, "series", figures.series);
    write_courses(writer, "peaks", figures.peaks);
    writer.json("trails", trails(figures));
    writer.open("timings");
    for (const auto& [name, value] : figures.timings) writer.real(name, value);
    writer.close();
    return out + "\n}\n";
}

}  // namespace outrider::fleet
