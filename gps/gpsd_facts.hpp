#pragma once
// What gpsd has told so far, what to say to it next, and what that means for the user. No I/O.

#include "gps/gpsd.hpp"

#include <functional>
#include <set>

namespace outrider::gps {

// The next thing to do on a connection.
struct GpsdStep {
    enum class Kind { read, watch, ask, tell, drop };
    Kind kind = Kind::read;
    Uptime until{};   // read: think again then
    std::string why;  // tell, drop: a sentence with the cure
};

class GpsdFacts {
public:
    explicit GpsdFacts(GpsdOptions);

    void connected(Uptime now);
    void disconnected(std::string why);
    std::optional<Fix> take(GpsdLine, Uptime now);
    // Decides, and takes it for done.
    GpsdStep step(Uptime now);
    SourceView view(Uptime now) const;

    bool greeted() const { return greeted_; }
    bool speaks() const { return greeted_ && !mute_; }
    bool here() const { return here_; }
    const std::string& place() const { return place_; }    // "127.0.0.1:2947"
    const std::string& daemon() const { return daemon_; }  // "gpsd 3.22 at 127.0.0.1:2947"

private:
    std::optional<Fix> take_report(Fix, Uptime now);
    GpsdStep wait_for_answer(Uptime since, Uptime now);
    void activate(const std::string& device, Uptime now);
    void replace_active(const std::vector<std::string>& devices, Uptime now);
    bool wanted(const std::string& device) const;
    bool has_receiver() const;
    std::string receiver() const;  // the one in use, or the first that could be
    SourceState state(Uptime now) const;
    std::string detail(SourceState, Uptime now) const;
    std::string no_device_detail() const;

    GpsdOptions options_;
    bool here_;  // on this machine
    std::string place_, daemon_, trouble_;

    // Of the present connection.
    bool greeted_ = false, watching_ = false;
    bool mute_ = false;             // no answer for so long that the user was told
    Uptime connected_{}, heard_{};  // heard: the newest line that could be read
    std::optional<Uptime> asked_;   // ?DEVICES, and nothing heard since
    std::set<std::string, std::less<>> active_;

    // For good.
    std::optional<Fix> usable_;       // the newest
    std::optional<Uptime> reported_;  // the newest report of any mode
    Uptime silent_since_{};           // no report since this moment, though there could have been
    bool reconnected_ = false;        // in this silence
    Duration patience_;               // with one that is mute
    std::optional<int> satellites_;
    std::string satellites_device_;
    Uptime satellites_seen_{};
    std::uint64_t unreadable_ = 0, connections_ = 0;
};

}  // namespace outrider::gps
