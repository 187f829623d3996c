#include "client/agent/broadcast.hpp"

namespace outrider::agent {

Async<Result<std::string>> Broadcast::Listener::next() {
    while (waiting_.empty()) {
        Result<> slept = co_await alarm_->sleep(std::chrono::hours(1));
        if (!slept) co_return slept.error();
    }
    std::string line = std::move(waiting_.front());
    waiting_.pop_front();
    co_return line;
}

void Broadcast::Listener::add(const std::string& line) {
    if (waiting_.size() == most_waiting) {
        waiting_.pop_front();
        ++lost_;
    }
    waiting_.push_back(line);
    alarm_->ring();
}

std::shared_ptr<Broadcast::Listener> Broadcast::listen() {
    std::erase_if(listeners_, [](const auto& listener) { return listener.expired(); });
    if (listeners_.size() >= most_listeners) return nullptr;
    auto listener = std::make_shared<Listener>(clock_);
    listeners_.push_back(listener);
    return listener;
}

void Broadcast::publish(const std::string& line) {
    std::erase_if(listeners_, [](const auto& listener) { return listener.expired(); });
    for (const auto& weak : listeners_) {
        if (const auto listener = weak.lock()) listener->add(line);
    }
}

}  // namespace outrider::agent
