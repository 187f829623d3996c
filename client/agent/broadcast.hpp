#pragma once
// Lines for whoever listens. A slow listener loses the oldest ones and never holds up the agent.

#include "platform/clock.hpp"

#include <deque>
#include <memory>
#include <string>
#include <vector>

namespace outrider::agent {

class Broadcast {
public:
    static constexpr std::size_t most_listeners = 16, most_waiting = 1000;

    class Listener {
    public:
        explicit Listener(Clock& clock) : alarm_(clock.alarm()) {}
        Async<Result<std::string>> next();  // Fault::cancelled only
        std::size_t lost() const { return lost_; }

    private:
        friend class Broadcast;
        void add(const std::string& line);
        std::unique_ptr<Alarm> alarm_;
        std::deque<std::string> waiting_;
        std::size_t lost_ = 0;
    };

    explicit Broadcast(Clock& clock) : clock_(clock) {}
    // Null when there are too many already. Listening ends when the last owner lets go.
    std::shared_ptr<Listener> listen();
    bool heard() const { return !listeners_.empty(); }
    void publish(const std::string& line);

private:
    Clock& clock_;
    std::vector<std::weak_ptr<Listener>> listeners_;
};

}  // namespace outrider::agent
