#pragma once
// HTTP/1.1 as bytes: messages to text, and bytes to messages. Does no I/O.

#include "platform/http.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace outrider::http {

// Fault::malformed when something in it would break out of its line.
Result<std::string> to_text(const Request&, std::string_view host);
std::string status_line(int status);
enum class Connection { kept, closed };
enum class Body { sent, left_out };  // an answer to HEAD tells the length of what it leaves out
std::string to_text(const Response&, Connection, Body);

// Reads one message, given to it in pieces as they come.
class Reader {
public:
    enum class Role { requests, answers, answers_to_head };
    // `body` gets the pieces of a 2xx answer's body, of any length, instead of the message.
    Reader(Role, Limits, const Sink* body = nullptr);
    ~Reader();

    // How many of `bytes` belong to this message and are done with; the rest is given again, with
    // more behind it, or is the next message's. Errors: malformed, too_large, or the sink's.
    Result<std::size_t> feed(std::string_view bytes);
    // The connection ended in an orderly way: an error unless that completes the message.
    Result<> end();

    bool begun() const;  // has seen a byte
    bool header_complete() const;
    bool complete() const;
    bool streams() const;  // the sink gets this body
    bool keep_alive() const;
    bool expects_continue() const;
    // What was too large: the header, or else the body.
    bool header_too_large() const;

    Request& request();
    Response& response();

private:
    struct State;
    std::unique_ptr<State> state_;
};

// Feeds `reader` from `pending` and then from the stream, until the header, or all, is complete.
// What came beyond stays in `pending`.
enum class Until { header, end };
Async<Result<>> receive(net::Stream&, Reader&, std::string& pending, Until);

}  // namespace outrider::http
