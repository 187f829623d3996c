#pragma once
// The network's changes in the hands of a test.

#include "platform/routes.hpp"

#include <utility>

namespace outrider::test {

class ScriptedRoutes final : public net::RouteWatch {
public:
    explicit ScriptedRoutes(Clock& clock) : alarm_(clock.alarm()) {}

    void change_now() {
        changed_ = true;
        alarm_->ring();
    }

    Async<Result<>> change() override {
        while (!std::exchange(changed_, false)) {
            const Result<> slept = co_await alarm_->sleep(std::chrono::hours(24));
            if (!slept) co_return slept;
        }
        co_return Result<>();
    }

private:
    std::unique_ptr<Alarm> alarm_;
    bool changed_ = false;
};

}  // namespace outrider::test
