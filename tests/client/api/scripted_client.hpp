#pragma once
// An http::Client that answers from a list and remembers what it was asked.

#include "platform/http.hpp"

#include <deque>
#include <string>
#include <vector>

namespace outrider::test {

inline http::Response answer(int status, std::string body,
                             std::string type = "application/json; charset=utf-8") {
    http::Response response;
    response.status = status;
    response.headers.set("Content-Type", type);
    response.body = std::move(body);
    return response;
}

class ScriptedClient final : public http::Client {
public:
    std::deque<Result<http::Response>> answers;
    std::vector<http::Request> requests;

    Async<Result<http::Response>> send(http::Request request) override {
        requests.push_back(std::move(request));
        if (answers.empty()) co_return Error(Fault::unreachable, "the script has no more answers");
        Result<http::Response> next = std::move(answers.front());
        answers.pop_front();
        co_return next;
    }
    Async<Result<http::Response>> send(http::Request, http::Sink) override {
        co_return Error(Fault::unreachable, "no streaming here");
    }
};

}  // namespace outrider::test
