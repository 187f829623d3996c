#include "platform/http_wire.hpp"

#include <fmt/format.h>

#include <optional>

namespace outrider::http {
namespace {

constexpr int most_interim_answers = 8;

// One request and its answer over one connection.
class Exchange {
public:
    Exchange(net::Stream& stream, Reader::Role role, Limits limits, const Sink* sink)
        : stream_(stream), role_(role), limits_(limits), sink_(sink) {
        reader_.emplace(role_, limits_, sink_);
    }

    // Sends the request and receives the answer's header, or all of it.
    Async<Result<>> start(std::string_view request, Until until) {
        sent_ = true;
        const Result<> written = co_await stream_.write(request);
        if (!written && written.error().fault == Fault::cancelled) co_return written;
        // A server that refuses a request half way says why before it hangs up: listen first.
        Result<> received = co_await final_header();
        if (received && until == Until::end) received = co_await finish();
        if (!written && !received) co_return written;
        if (!written) broken_ = true;
        co_return std::move(received);
    }

    Async<Result<>> finish() {
        const Result<> received = co_await receive(stream_, *reader_, pending_, Until::end);
        if (!received) co_return received;
        ended_by_peer_ = !reader_->keep_alive();
        co_return received;
    }

    Reader& reader() { return *reader_; }
    bool sent() const { return sent_; }
    bool connection_reusable() const {
        return !broken_ && !ended_by_peer_ && reader_->complete() && pending_.empty();
    }

private:
    // Passes over "100 Continue" and its like.
    Async<Result<>> final_header() {
        for (int interim = 0; interim <= most_interim_answers; ++interim) {
            const Result<> received = co_await receive(stream_, *reader_, pending_, Until::header);
            if (!received) co_return received;
            const int status = reader_->response().status;
            if (status == 101) {
                co_return Error(Fault::malformed,
                                "the server changes protocols without being asked");
            }
            if (status / 100 != 1) co_return received;
            reader_.emplace(role_, limits_, sink_);
        }
        co_return Error(
            Fault::malformed,
            fmt::format("the server sent more than {} interim answers", most_interim_answers));
    }

    net::Stream& stream_;
    Reader::Role role_;
    Limits limits_;
    const Sink* sink_;
    std::optional<Reader> reader_;
    std::string pending_;
    bool sent_ = false;
    bool broken_ = false;
    bool ended_by_peer_ = false;
};

class StreamClient final : public Client {
public:
    StreamClient(net::Connector& connector, Clock& clock, ClientOptions options)
        : connector_(connector), clock_(clock), options_(std::move(options)) {}

    Async<Result<Response>> send(Request request) override {
        Result<std::string> text = to_text(request, options_.host);
        if (!text) co_return text.error();
        const Result<> connected = co_await connect();
        if (!connected) co_return connected.error();
        // Off the member: whatever cuts this short, nobody uses the connection again.
        net::StreamPtr stream = std::move(connection_);
        Exchange exchange(*stream, role(request), options_.limits, nullptr);
        const Result<> done = co_await within(clock_, options_.limit, "the request",
                                              exchange.start(*text, Until::end));
        if (!done) co_return failed(exchange, done.error());
        co_return settle(exchange, stream);
    }

    Async<Result<Response>> send(Request request, Sink sink) override {
        Result<std::string> text = to_text(request, options_.host);
        if (!text) co_return text.error();
        const Result<> connected = co_await connect();
        if (!connected) co_return connected.error();
        net::StreamPtr stream = std::move(connection_);
        Exchange exchange(*stream, role(request), options_.limits, &sink);
        const Uptime end = clock_.uptime() + options_.limit;
        Result<> done = co_await within(clock_, options_.limit, "the request",
                                        exchange.start(*text, Until::header));
        if (done && exchange.reader().streams()) {
            done = co_await exchange.finish();
        } else if (done) {
            const Duration left = end - clock_.uptime();
            done = co_await within(clock_, left, "the request", exchange.finish());
        }
        if (!done) co_return failed(exchange, done.error());
        co_return settle(exchange, stream);
    }

private:
    static Reader::Role role(const Request& request) {
        return request.method == "HEAD" ? Reader::Role::answers_to_head : Reader::Role::answers;
    }

    // A kept connection that has died, or on which something came unasked, is not used again, nor
    // one that nobody knows about after so long a pause.
    Async<Result<>> connect() {
        const bool fresh = clock_.uptime() - last_used_ <= options_.keep;
        if (connection_ && fresh && connection_->quiet()) co_return Result<>();
        connection_.reset();
        Result<net::StreamPtr> connected = co_await connector_.connect();
        if (!connected) co_return connected.error();
        connection_ = std::move(*connected);
        co_return Result<>();
    }

    static Error failed(const Exchange& exchange, Error error) {
        error.ambiguous = exchange.sent();
        return error;
    }

    Response settle(Exchange& exchange, net::StreamPtr& stream) {
        if (exchange.connection_reusable()) connection_ = std::move(stream);
        last_used_ = clock_.uptime();
        return std::move(exchange.reader().response());
    }

    net::Connector& connector_;
    Clock& clock_;
    ClientOptions options_;
    net::StreamPtr connection_;  // kept from the last request
    Uptime last_used_;
};

}  // namespace

std::unique_ptr<Client> make_client(net::Connector& connector, Clock& clock,
                                    ClientOptions options) {
    return std::make_unique<StreamClient>(connector, clock, std::move(options));
}

}  // namespace outrider::http
