#pragma once
// What the courier does at the office besides carrying pings: one thing at a time, and first.

#include "platform/async.hpp"
#include "platform/clock.hpp"

namespace outrider::agent {

class Errands {
public:
    virtual ~Errands() = default;
    virtual Duration until_due() const = 0;  // zero: there is one to run now
    virtual bool owed() const = 0;           // it is something the office is owed
    virtual Async<Result<>> run_one() = 0;   // an error: not done, and to be tried again
    virtual void office_is_back() = 0;       // after it had not answered
};

}  // namespace outrider::agent
