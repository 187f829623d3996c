#include "client/office/door.hpp"

#include <fmt/format.h>

namespace outrider::office {

namespace {

constexpr std::size_t most_body = std::size_t{8} * 1024 * 1024;
constexpr Duration door_limit = std::chrono::seconds(10);

}  // namespace

Door::Door(Executor executor, Clock& clock, const OfficeSettings& settings, http::Handler handler)
    : executor_(std::move(executor)),
      clock_(clock),
      settings_(settings),
      handler_(std::move(handler)),
      port_(settings.port),
      told_(clock.alarm()),
      done_(clock.alarm()) {}

Result<std::unique_ptr<Door>> Door::open(Executor executor, Clock& clock,
                                         const OfficeSettings& settings, http::Handler handler) {
    std::unique_ptr<Door> door(new Door(std::move(executor), clock, settings, std::move(handler)));
    auto listening = door->listen();
    if (!listening) return listening.error();
    return door;
}

Result<> Door::listen() {
    auto listener = net::tcp_listener(executor_, settings_.host, port_, settings_.tls);
    if (!listener) return listener.error();
    port_ = (*listener)->port();
    http::ServerOptions options;
    options.limits.body = most_body;
    options.connections = 256;
    server_ =
        std::make_unique<http::Server>(executor_, clock_, std::move(*listener), handler_, options);
    return {};
}

Async<> Door::until_told() {
    while (wanted_ == (server_ != nullptr)) {
        const auto told = co_await told_->sleep(std::chrono::hours(1));
        if (!told) co_return;
    }
}

Async<> Door::run() {
    for (;;) {
        if (wanted_ && !server_) {
            const auto listening = listen();
            if (!listening) trouble_ = listening.error();
            wanted_ = server_ != nullptr;
        }
        done_->ring();
        std::vector<Async<>> loops;
        loops.push_back(until_told());
        if (server_) loops.push_back(server_->run());
        co_await together(std::move(loops));
        if (server_) server_.reset();
    }
}

Async<Result<>> Door::set_open(bool open) {
    trouble_.reset();
    if (open == (server_ != nullptr)) co_return Result<>();
    wanted_ = open;
    told_->ring();
    for (int i = 0; i < 4 && !trouble_ && open != (server_ != nullptr); ++i) {
        const auto done = co_await done_->sleep(door_limit);
        if (!done) co_return done;
    }
    if (trouble_) co_return *trouble_;
    co_return Result<>();
}

}  // namespace outrider::office
