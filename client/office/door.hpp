#pragma once
// The TCP side of the office: open, or closed so that connections are refused, and open again at
// the same port.

#include "client/office/office.hpp"
#include "platform/http.hpp"

#include <memory>
#include <optional>

namespace outrider::office {

class Door {
public:
    // Opens at once.
    static Result<std::unique_ptr<Door>> open(Executor, Clock&, const OfficeSettings&,
                                              http::Handler);
    // Lets people in, or keeps them out, until cancelled.
    Async<> run();
    // Returns when it is done; closing breaks off every conversation. Only while run() is running.
    Async<Result<>> set_open(bool open);
    std::uint16_t port() const { return port_; }

private:
    Door(Executor, Clock&, const OfficeSettings&, http::Handler);
    Result<> listen();
    Async<> until_told();

    Executor executor_;
    Clock& clock_;
    const OfficeSettings& settings_;
    http::Handler handler_;
    std::uint16_t port_;
    std::unique_ptr<http::Server> server_;  // while open
    bool wanted_ = true;
    std::optional<Error> trouble_;  // why it could not be opened again
    std::unique_ptr<Alarm> told_, done_;
};

}  // namespace outrider::office
