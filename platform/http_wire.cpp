#include "platform/http_wire.hpp"

#include <fmt/format.h>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/status.hpp>

#include <algorithm>
#include <array>
#include <limits>
#include <optional>

namespace outrider::http {
namespace {

namespace beast = boost::beast;
using beast::http::error;
using boost::system::error_code;

constexpr std::size_t piece_size = 16 * 1024;
// "0\r\n\r\n": no body in chunks ends with less, and Beast takes for granted that it sees all of it
// once it has seen the beginning.
constexpr std::size_t shortest_end = 5;

bool breaks_line(char c) { return c == '\r' || c == '\n' || c == '\0'; }

constexpr std::string_view token_marks = "!#$%&'*+-.^_`|~";

bool is_token(std::string_view text) {
    const auto fits = [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
               token_marks.find(c) != std::string_view::npos;
    };
    return !text.empty() && std::ranges::all_of(text, fits);
}

bool is_target(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7f; });
}

Result<> check_fields(const Headers& headers) {
    for (const auto& [name, value] : headers) {
        if (!is_token(name) || std::ranges::any_of(value, breaks_line)) {
            return Error(Fault::malformed, fmt::format("\"{}\" cannot be sent as a header", name));
        }
    }
    return {};
}

bool has_no_body(int status) { return status / 100 == 1 || status == 204 || status == 304; }

}  // namespace

std::string status_line(int status) {
    const auto known = beast::http::int_to_status(static_cast<unsigned>(status));
    return fmt::format("HTTP/1.1 {} {}\r\n", status,
                       std::string(beast::http::obsolete_reason(known)));
}

Result<std::string> to_text(const Request& request, std::string_view host) {
    if (!is_token(request.method) || !is_target(request.target)) {
        return Error(Fault::malformed, fmt::format("\"{} {}\" cannot be asked of a server",
                                                   request.method, request.target));
    }
    const Result<> checked = check_fields(request.headers);
    if (!checked) return checked.error();
    Headers fields = request.headers;
    if (fields.get("Host").empty()) fields.set("Host", host);
    if (fields.get("User-Agent").empty()) fields.set("User-Agent", "outrider/" OUTRIDER_VERSION);
    const bool may_have_body = request.method != "GET" && request.method != "HEAD";
    if (may_have_body || !request.body.empty()) {
        fields.set("Content-Length", std::to_string(request.body.size()));
    }
    std::string text = fmt::format("{} {} HTTP/1.1\r\n", request.method, request.target);
    for (const auto& [name, value] : fields) text += fmt::format("{}: {}\r\n", name, value);
    text += "\r\n";
    text += request.body;
    return text;
}

std::string to_text(const Response& response, Connection connection, Body body) {
    std::string text = status_line(response.status);
    Headers fields = response.headers;
    if (!has_no_body(response.status)) {
        fields.set("Content-Length", std::to_string(response.body.size()));
    }
    if (connection == Connection::closed) fields.set("Connection", "close");
    for (auto [name, value] : fields) {
        if (!is_token(name)) continue;
        std::ranges::replace_if(value, breaks_line, ' ');
        text += fmt::format("{}: {}\r\n", name, value);
    }
    text += "\r\n";
    if (body == Body::sent && !has_no_body(response.status)) text += response.body;
    return text;
}

namespace {

// What has been read of a message, and how it is told to Beast's parser.
struct Message {
    Limits limits;
    const Sink* sink = nullptr;
    Request request;
    Response response;
    int version = 11;
    bool header_complete = false;
    std::size_t body_size = 0;
    std::optional<Error> failure;  // in our words

    void set(Headers& headers, std::string_view name, std::string_view value) {
        const std::string_view before = headers.get(name);
        headers.set(name,
                    before.empty() ? std::string(value) : fmt::format("{}, {}", before, value));
    }
    bool streams() const { return sink != nullptr && response.status / 100 == 2; }

    // True when `size` more bytes of body are welcome.
    bool has_room(std::uint64_t size) {
        if (streams() || size <= limits.body - std::min(body_size, limits.body)) return true;
        failure.emplace(Fault::too_large,
                        fmt::format("the message's body has more than {} bytes", limits.body));
        return false;
    }

    bool add(std::string& body, std::string_view piece) {
        if (!has_room(piece.size())) return false;
        body_size += piece.size();
        if (!streams()) {
            body += piece;
            return true;
        }
        const Result<> taken = (*sink)(piece);
        if (!taken) failure = taken.error();
        return taken.has_value();
    }
};

template <bool is_request>
class Parser final : public beast::http::basic_parser<is_request> {
public:
    explicit Parser(Message& message) : message_(message) {
        const std::size_t longest = std::numeric_limits<std::uint32_t>::max();
        this->header_limit(static_cast<std::uint32_t>(std::min(message.limits.header, longest)));
        this->body_limit(boost::none);  // ours tells the sink's bodies from others
        this->eager(true);
    }

private:
    using View = beast::string_view;

    Headers& headers() { return is_request ? message_.request.headers : message_.response.headers; }
    std::string& body() { return is_request ? message_.request.body : message_.response.body; }

    void on_request_impl(beast::http::verb, View method, View target, int version,
                         error_code&) override {
        message_.request.method = std::string(method);
        message_.request.target = std::string(target);
        message_.version = version;
    }
    void on_response_impl(int status, View, int version, error_code&) override {
        message_.response.status = status;
        message_.version = version;
    }
    void on_field_impl(beast::http::field, View name, View value, error_code&) override {
        // What comes after a body must not change what was said before it.
        if (!message_.header_complete) {
            message_.set(headers(), std::string(name), std::string(value));
        }
    }
    void on_header_impl(error_code& failed) override {
        message_.header_complete = true;
        if constexpr (is_request) on_body_init_impl(this->content_length(), failed);
    }
    void on_body_init_impl(const boost::optional<std::uint64_t>& length,
                           error_code& failed) override {
        if (length && !message_.has_room(*length)) failed = error::body_limit;
    }
    std::size_t on_body_impl(View piece, error_code& failed) override {
        if (!message_.add(body(), std::string_view(piece.data(), piece.size()))) {
            failed = error::body_limit;
        }
        return piece.size();
    }
    void on_chunk_header_impl(std::uint64_t size, View, error_code& failed) override {
        if (!message_.has_room(size)) failed = error::body_limit;
    }
    std::size_t on_chunk_body_impl(std::uint64_t, View piece, error_code& failed) override {
        return on_body_impl(piece, failed);
    }
    void on_finish_impl(error_code&) override {}

    Message& message_;
};

}  // namespace

struct Reader::State {
    explicit State(Role r) : role(r) {}

    // Both kinds of parser have the same operations but no common base.
    template <class F>
    auto with(F f) {
        return role == Role::requests ? f(*request_parser) : f(*answer_parser);
    }

    Error in_our_words(const error_code& failed) {
        if (message.failure) return *message.failure;
        header_too_large = failed == error::header_limit;
        if (header_too_large) {
            return Error(
                Fault::too_large,
                fmt::format("the message's header has more than {} bytes", message.limits.header));
        }
        return Error(Fault::malformed, "this is no HTTP: " + failed.message());
    }

    Role role;
    Message message;
    std::optional<Parser<true>> request_parser;
    std::optional<Parser<false>> answer_parser;
    bool begun = false;
    bool header_too_large = false;
};

Reader::Reader(Role role, Limits limits, const Sink* body) : state_(std::make_unique<State>(role)) {
    state_->message.limits = limits;
    state_->message.sink = body;
    if (role == Role::requests) {
        state_->request_parser.emplace(state_->message);
    } else {
        state_->answer_parser.emplace(state_->message);
        state_->answer_parser->skip(role == Role::answers_to_head);
    }
}

Reader::~Reader() = default;

Result<std::size_t> Reader::feed(std::string_view bytes) {
    if (bytes.empty() || complete()) return std::size_t{0};
    state_->begun = true;
    const bool in_chunks =
        state_->with([](auto& parser) { return parser.is_header_done() && parser.chunked(); });
    if (in_chunks && bytes.size() < shortest_end) return std::size_t{0};
    error_code failed;
    const std::size_t used = state_->with([&](auto& parser) {
        return parser.put(boost::asio::buffer(bytes.data(), bytes.size()), failed);
    });
    if (failed && failed != error::need_more) return state_->in_our_words(failed);
    // Trailers and the extensions of chunks are as long as the peer likes.
    if (bytes.size() - used > state_->message.limits.header && !complete()) {
        return state_->in_our_words(error::header_limit);
    }
    return used;
}

Result<> Reader::end() {
    error_code failed;
    if (begun() && !complete()) state_->with([&](auto& parser) { parser.put_eof(failed); });
    if (!failed && complete()) return {};
    return Error(Fault::unreachable, begun() ? "the connection ended in the middle of a message"
                                             : "the connection ended without an answer");
}

bool Reader::begun() const { return state_->begun; }
bool Reader::header_complete() const {
    return state_->with([](auto& parser) { return parser.is_header_done(); });
}
bool Reader::complete() const {
    return state_->with([](auto& parser) { return parser.is_done(); });
}
bool Reader::streams() const { return state_->message.streams(); }
bool Reader::keep_alive() const {
    // HTTP/1.0 would want to be told; such a peer opens a new connection each time.
    return state_->message.version == 11 &&
           state_->with([](auto& parser) { return parser.keep_alive(); });
}
bool Reader::expects_continue() const {
    return state_->message.request.headers.get("Expect") == "100-continue";
}
bool Reader::header_too_large() const { return state_->header_too_large; }
Request& Reader::request() { return state_->message.request; }
Response& Reader::response() { return state_->message.response; }

Async<Result<>> receive(net::Stream& stream, Reader& reader, std::string& pending, Until until) {
    std::vector<char> piece(piece_size);
    for (;;) {
        const Result<std::size_t> used = reader.feed(pending);
        if (!used) co_return used.error();
        pending.erase(0, *used);
        if (reader.complete() || (until == Until::header && reader.header_complete())) {
            co_return Result<>();
        }
        const Result<std::size_t> got = co_await stream.read_some(piece);
        if (!got) co_return got.error();
        if (*got == 0) co_return reader.end();
        pending.append(piece.data(), *got);
    }
}

}  // namespace outrider::http
