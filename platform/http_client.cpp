#include "platform/http_wire.hpp"

#include <fmt/format.h>
#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <optional>
#include <string>

namespace outrider::http {
namespace {

constexpr int most_interim_answers = 8;
constexpr Duration glance = std::chrono::seconds(1);
// How long a network may acknowledge nothing of what is sent. TCP's own limit for that does not
// count while anything at all comes from the other end.
constexpr Duration patience = std::chrono::seconds(12);
constexpr Duration patience_after_change = std::chrono::seconds(3);  // of the routes

// Decides when to stop waiting for what goes over a connection.
class Vigil {
public:
    Vigil(Uptime now, Duration limit, net::Stream& stream)
        : stream_(&stream), began_(now), end_(now + limit), moved_(now) {}
    // For a connection, of which nothing is known before it is there; its connector has a limit.
    explicit Vigil(Uptime now) : began_(now), moved_(now) {}

    std::optional<Error> objection(Uptime now, Uptime route_changed) {
        const std::size_t owed = stream_ ? stream_->unacknowledged() : 1;
        if (stream_ && (owed == 0 || owed != owed_)) moved_ = now;
        owed_ = owed;
        const bool other_routes = route_changed >= began_;
        if (other_routes && now - moved_ >= patience_after_change) {
            return Error(Fault::unreachable, "the network has changed, and nothing gets through");
        }
        if (now >= end_) {
            return late("the request took longer than {} ms", end_ - began_);
        }
        if (stream_ && now - moved_ >= patience) {
            return late("the network has acknowledged nothing for {} ms", patience);
        }
        return std::nullopt;
    }

    Duration rest(Uptime now) const { return std::min(glance, end_ - now); }
    bool owed() const { return owed_ > 0; }  // at the last look
    bool late() const { return late_; }      // with the same routes

private:
    Error late(fmt::format_string<Duration::rep> text, Duration how_late) {
        late_ = true;
        return Error(Fault::unreachable, fmt::format(text, how_late.count()));
    }

    net::Stream* stream_ = nullptr;
    Uptime began_, end_ = Uptime::max();
    Uptime moved_;          // when anything was acknowledged, or there was nothing to acknowledge
    std::size_t owed_ = 0;  // then
    bool late_ = false;
};

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
    const Reader& reader() const { return *reader_; }
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
        : connector_(connector),
          clock_(clock),
          options_(std::move(options)),
          bell_(clock.alarm()) {}

    Async<Result<Response>> send(Request request) override {
        Result<std::string> text = to_text(request, options_.host);
        if (!text) co_return text.error();
        const Result<> connected = co_await connect();
        if (!connected) co_return connected.error();
        // Off the member: whatever cuts this short, nobody uses the connection again.
        net::StreamPtr stream = std::move(connection_);
        Exchange exchange(*stream, role(request), options_.limits, nullptr);
        Vigil vigil(clock_.uptime(), options_.limit, *stream);
        const Result<> done = co_await attended(vigil, exchange.start(*text, Until::end));
        if (!done) co_return failed(exchange, vigil, done.error());
        co_return settle(exchange, stream);
    }

    Async<Result<Response>> send(Request request, Sink sink) override {
        Result<std::string> text = to_text(request, options_.host);
        if (!text) co_return text.error();
        const Result<> connected = co_await connect();
        if (!connected) co_return connected.error();
        net::StreamPtr stream = std::move(connection_);
        Exchange exchange(*stream, role(request), options_.limits, &sink);
        Vigil vigil(clock_.uptime(), options_.limit, *stream);
        Result<> done = co_await attended(vigil, exchange.start(*text, Until::header));
        if (done && exchange.reader().streams()) {
            done = co_await exchange.finish();
        } else if (done) {
            done = co_await attended(vigil, exchange.finish());
        }
        if (!done) co_return failed(exchange, vigil, done.error());
        co_return settle(exchange, stream);
    }

    void route_changed() override {
        route_changed_ = clock_.uptime();
        connection_.reset();  // nobody uses it, and it may lead nowhere now
        bell_->ring();
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
        Vigil vigil(clock_.uptime());
        Result<net::StreamPtr> connected = co_await attended(vigil, connector_.connect());
        if (!connected) co_return connected.error();
        connection_ = std::move(*connected);
        co_return Result<>();
    }

    // The result of `work`, unless the vigil objects first.
    template <class T>
    Async<Result<T>> attended(Vigil& vigil, Async<Result<T>> work) {
        const Executor executor = co_await boost::asio::this_coro::executor;
        Tasks tasks(executor);
        std::optional<Result<T>> result;
        std::optional<Error> objection;
        Async<> lead = oversee(tasks, vigil, std::move(work), result, objection);
        co_await tasks.run(std::move(lead));
        if (result && *result) co_return std::move(*result);
        if (objection) co_return *objection;
        if (result) co_return result->error();
        co_return Error(Fault::cancelled, "the request was cancelled");
    }

    template <class T>
    Async<> oversee(Tasks& tasks, Vigil& vigil, Async<Result<T>> work,
                    std::optional<Result<T>>& result, std::optional<Error>& objection) {
        tasks.start(carry_out(std::move(work), result));
        while (!result && !objection) {
            const Result<> slept = co_await bell_->sleep(vigil.rest(clock_.uptime()));
            if (!slept) co_return;
            if (!result) objection = vigil.objection(clock_.uptime(), route_changed_);
        }
    }

    template <class T>
    Async<> carry_out(Async<Result<T>> work, std::optional<Result<T>>& result) {
        Result<T> done = co_await std::move(work);
        result.emplace(std::move(done));
        bell_->ring();
    }

    Error failed(const Exchange& exchange, const Vigil& vigil, Error error) {
        error.ambiguous = exchange.sent();
        const bool unheard = vigil.owed() || !exchange.reader().begun();
        if (vigil.late() && unheard) connector_.stalled();
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
    Uptime route_changed_ = Uptime::min();
    std::unique_ptr<Alarm> bell_;  // rung when the work at hand is done, or the routes change
};

}  // namespace

std::unique_ptr<Client> make_client(net::Connector& connector, Clock& clock,
                                    ClientOptions options) {
    return std::make_unique<StreamClient>(connector, clock, std::move(options));
}

}  // namespace outrider::http
