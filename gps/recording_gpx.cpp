// GPX, by expat, the only file that knows it: it reads as it goes, whatever the depth, and a
// document type, with which entities multiply, ends it.

#include "gps/recording_body.hpp"

#include <expat.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace outrider::gps {
namespace {

constexpr std::size_t deepest = 64;             // GPX nests seven deep
constexpr std::size_t longest_text = 128;       // of what is read
constexpr std::size_t longest_token = 1 << 20;  // of anything
constexpr std::size_t piece_size = 64 * 1024;

std::string_view without_prefix(std::string_view name) {
    const auto colon = name.rfind(':');
    return colon == name.npos ? name : name.substr(colon + 1);
}

class Gpx final : public RecordingBody {
public:
    explicit Gpx(Recording& recording)
        : recording_(recording), parser_(XML_ParserCreate(nullptr), XML_ParserFree) {
        XML_SetUserData(parser_.get(), this);
        XML_SetElementHandler(parser_.get(), opened, closed);
        XML_SetCharacterDataHandler(parser_.get(), said);
        XML_SetStartDoctypeDeclHandler(parser_.get(), declared);
    }

    Result<> add(std::string_view bytes) override {
        while (!bytes.empty() && !ended_) {
            const std::string_view piece = bytes.substr(0, piece_size);
            bytes.remove_prefix(piece.size());
            parse(piece, XML_FALSE);
        }
        return std::exchange(failed_, Result<>());
    }

    Result<> finish() override {
        if (!ended_) parse({}, XML_TRUE);
        recording_.lines = line();
        return std::exchange(failed_, Result<>());
    }

private:
    std::size_t line() const { return XML_GetCurrentLineNumber(parser_.get()); }

    void parse(std::string_view piece, XML_Bool last) {
        fed_ += piece.size();
        const auto status =
            XML_Parse(parser_.get(), piece.data(), static_cast<int>(piece.size()), last);
        if (status != XML_STATUS_OK) {
            // What came before is worth something.
            if (why_.empty()) why_ = XML_ErrorString(XML_GetErrorCode(parser_.get()));
            if (failed_) count_broken(recording_, line(), why_);
            ended_ = true;
            return;
        }
        // expat reads an unfinished token from its beginning with every piece.
        const auto taken = XML_GetCurrentByteIndex(parser_.get());
        if (taken >= 0 && fed_ > static_cast<std::size_t>(taken) + longest_token + piece_size) {
            count_broken(recording_, line(), "longer than anything in a GPX file");
            ended_ = true;
        }
    }

    void stop(std::string why) {
        why_ = std::move(why);
        XML_StopParser(parser_.get(), XML_FALSE);
    }

    static void declared(void* self, const char*, const char*, const char*, int) {
        static_cast<Gpx*>(self)->stop("a document type: no GPX file has one");
    }
    static void opened(void* self, const char* name, const char** attributes) {
        static_cast<Gpx*>(self)->open(without_prefix(name), attributes);
    }
    static void closed(void* self, const char* name) {
        static_cast<Gpx*>(self)->close(without_prefix(name));
    }
    static void said(void* self, const char* text, int length) {
        auto& gpx = *static_cast<Gpx*>(self);
        const std::size_t room = longest_text - gpx.text_.size();
        gpx.text_.append(text, std::min(room, static_cast<std::size_t>(length)));
    }

    void open(std::string_view name, const char** attributes) {
        if (++depth_ > deepest) return stop("too deep for a GPX file");
        text_.clear();
        if (name == "gpx") {
            for (; *attributes != nullptr; attributes += 2)
                ours_ = ours_ || (std::string_view(attributes[0]) == "creator" &&
                                  std::string_view(attributes[1]) == "outrider");
        } else if (name == "trk") {
            left_out_ = false;
        } else if (name == "trkpt") {
            point_ = Fix();
            point_->latitude = point_->longitude = std::nan("");
            for (; *attributes != nullptr; attributes += 2) {
                const auto value = number_in(attributes[1]);
                const std::string_view attribute = attributes[0];
                if (value && attribute == "lat") point_->latitude = *value;
                if (value && attribute == "lon") point_->longitude = *value;
            }
        }
    }

    void close(std::string_view name) {
        --depth_;
        const std::string_view text = trimmed(text_);
        if (!point_) {
            // The pings of our own export have been among its fixes.
            if (name == "name" && ours_ && text == "Pings") left_out_ = true;
        } else if (name == "trkpt") {
            take_point();
        } else {
            take_part(name, text);
        }
        text_.clear();
    }

    void take_part(std::string_view name, std::string_view text) {
        Fix& fix = *point_;
        if (name == "time") {
            if (const auto time = parse_rfc3339(text)) fix.time = *time;
        } else if (name == "ele") {
            fix.altitude_m = number_in(text);
        } else if (name == "speed") {
            fix.speed_mps = number_in(text);
        } else if (name == "course") {
            fix.track_deg = number_in(text);
        } else if (name == "hdop") {
            if (const auto hdop = number_in(text)) fix.accuracy_m = *hdop * metres_per_hdop;
        } else if (name == "sat") {
            const auto count = number_in(text);
            if (count && *count >= 0 && *count < 256)
                fix.satellites_used = static_cast<int>(*count);
        } else if (name == "fix") {
            if (text == "none") fix.mode = Mode::none;
            if (text == "2d") fix.mode = Mode::two_d;
            if (text == "3d" || text == "dgps" || text == "pps") fix.mode = Mode::three_d;
        }
    }

    void take_point() {
        Fix fix = *std::exchange(point_, std::nullopt);
        if (left_out_) {
            ++recording_.elsewhere;
            return;
        }
        if (!fix.time) return count_broken(recording_, line(), "a point without a time");
        if (fix.mode == Mode::unknown) fix.mode = fix.altitude_m ? Mode::three_d : Mode::two_d;
        if (Result<> room = room_for_more(recording_, line()); !room) {
            failed_ = room;
            return stop("too many points");
        }
        recording_.fixes.push_back(std::move(fix));
    }

    Recording& recording_;
    std::unique_ptr<XML_ParserStruct, void (*)(XML_Parser)> parser_;
    std::size_t depth_ = 0, fed_ = 0;
    std::string text_, why_;
    std::optional<Fix> point_;
    bool ours_ = false, left_out_ = false, ended_ = false;
    Result<> failed_;
};

}  // namespace

std::unique_ptr<RecordingBody> read_gpx_recording(Recording& recording) {
    return std::make_unique<Gpx>(recording);
}

}  // namespace outrider::gps
