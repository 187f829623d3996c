#pragma once
// The one thread and its event loop: where main starts everything and where it ends.

#include "platform/async.hpp"
#include "platform/result.hpp"

#include <memory>
#include <vector>

namespace outrider {

class Loop {
public:
    Loop();
    ~Loop();
    Executor executor();
    // Runs `program` to its end; its exit code, or 70 (EX_SOFTWARE) after logging an exception.
    int run(Async<int> program);

private:
    struct State;
    std::unique_ptr<State> state_;
};

// Flushes stdio and leaves at once. main ends with this: destroying the event loop would join a
// resolver thread that may hang for as long as the DNS server does.
[[noreturn]] void leave(int exit_code);

// The operating system's signals, one at a time.
class Signals {
public:
    Signals(Executor, const std::vector<int>& numbers);
    ~Signals();
    Async<Result<int>> next();  // Fault::cancelled only

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace outrider
