#pragma once
// Holds messages against an OpenAPI 3.1 document, and says in sentences what is wrong with them.
//
// Independent of the code it judges: it shares no parser of parameters, times or messages with it.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace outrider::http {
struct Request;
}

namespace outrider::test {

using Complaints = std::vector<std::string>;

class OpenApi {
public:
    // ServiceTitan's operations, as tests/data/servicetitan has them. Read once.
    static const OpenApi& servicetitan();
    explicit OpenApi(std::string_view document);
    ~OpenApi();

    // The operationId, or "".
    std::string operation(std::string_view method, std::string_view target) const;
    std::vector<std::string> operations() const;

    // What is unknown to the document is wrong in a request: query parameters and members, too.
    Complaints validate_request(std::string_view method, std::string_view target,
                                std::string_view body) const;
    // The same with its credentials and content type.
    Complaints validate_request(const http::Request&) const;

    // In our own answers, members and statuses the document does not know are wrong. In theirs they
    // have to be borne.
    enum class From { us, them };
    Complaints validate_answer(std::string_view method, std::string_view target, int status,
                               std::string_view body, From) const;
    Complaints validate_answer(std::string_view operation, int status, std::string_view body,
                               From) const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace outrider::test
