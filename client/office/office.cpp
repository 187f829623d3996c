#include "client/office/office.hpp"

#include "client/office/control.hpp"
#include "client/office/migrations.hpp"
#include "client/office/reception.hpp"
#include "client/office/seed.hpp"

namespace outrider::office {

struct Office::State {
    State(Clock& clock_, OfficeSettings given, std::unique_ptr<offline::Database> opened, Dice dice)
        : settings(std::move(given)),
          database(std::move(opened)),
          archive(*database),
          books(*database, clock_,
                {settings.utc_offset, settings.check_in_lasts, settings.public_url}),
          faults(dice),
          reception(clock_, settings, archive, books, faults, dice) {}

    Async<http::Response> receive(http::Request request, std::optional<net::Peer>) {
        co_return reception.answer(request);
    }

    OfficeSettings settings;
    std::unique_ptr<offline::Database> database;
    Archive archive;
    Books books;
    Faults faults;
    Reception reception;
    std::unique_ptr<Door> door;
    std::unique_ptr<Control> control;
    std::unique_ptr<http::Server> control_server;  // none without a control socket
};

namespace {

std::string url_of(const OfficeSettings& settings, std::uint16_t port) {
    net::Origin origin;
    origin.tls = settings.tls.has_value();
    origin.host = settings.host;
    origin.port = port;
    return origin.url();
}

}  // namespace

Office::Office() = default;
Office::~Office() = default;

Result<std::unique_ptr<Office>> Office::open(Executor executor, Clock& clock,
                                             OfficeSettings settings, Dice dice) {
    auto database = open_database(settings.database);
    if (!database) return database.error();
    std::unique_ptr<Office> office(new Office());
    office->state_ =
        std::make_unique<State>(clock, std::move(settings), std::move(*database), dice);
    State& state = *office->state_;
    if (auto planted = plant(state.books, state.settings.seed); !planted) return planted.error();
    auto door = Door::open(executor, clock, state.settings,
                           [&state](http::Request request, std::optional<net::Peer> peer) {
                               return state.receive(std::move(request), peer);
                           });
    if (!door) return door.error();
    state.door = std::move(*door);
    if (state.settings.public_url.empty()) {
        state.books.set_public_url(url_of(state.settings, state.door->port()));
    }
    state.control =
        std::make_unique<Control>(state.archive, state.books, state.faults, *state.door);
    if (state.settings.control_socket.empty()) return office;

    auto listener = net::unix_listener(executor, state.settings.control_socket, 0600);
    if (!listener) return listener.error();
    http::Handler answer = [&state](http::Request request, std::optional<net::Peer> peer) {
        return state.control->answer(std::move(request), peer);
    };
    state.control_server = std::make_unique<http::Server>(executor, clock, std::move(*listener),
                                                          std::move(answer), http::ServerOptions());
    return office;
}

Async<> Office::run() {
    std::vector<Async<>> loops;
    loops.push_back(state_->door->run());
    if (state_->control_server) loops.push_back(state_->control_server->run());
    co_await together(std::move(loops));
}

std::uint16_t Office::port() const { return state_->door->port(); }

}  // namespace outrider::office
