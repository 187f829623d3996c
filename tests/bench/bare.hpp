#pragma once
// The least that does the named work: what Outrider's figures are held against.

#include "tests/bench/server.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

struct sqlite3_stmt;

namespace outrider::bench {

// Where bodies go, and how many at a time.
struct BareTarget {
    std::uint16_t port = 0;
    const Tls* tls = nullptr;
    int batch = 100;
    // What becomes of those the other end has taken: they stay, or go in one durable commit.
    enum class Taken { stay, go } taken = Taken::stay;
};

class BareDatabase;

// SQLite with the same settings as offline::Database, one table like the outbox's, and nothing
// else.
class BareQueue {
public:
    explicit BareQueue(const std::string& path);
    ~BareQueue();
    BareQueue(const BareQueue&) = delete;
    BareQueue& operator=(const BareQueue&) = delete;
    void add(std::int64_t written_ms, std::string_view body);  // in a transaction of its own
    void add_all(const std::vector<std::string>& bodies);      // in one for all
    void remove_oldest(std::size_t count);                     // in a transaction of its own

private:
    void insert(std::int64_t written_ms, std::string_view body);
    void run(sqlite3_stmt*);
    std::unique_ptr<BareDatabase> db_;
    sqlite3_stmt *begin_ = nullptr, *insert_ = nullptr, *remove_ = nullptr, *commit_ = nullptr;
    std::int64_t added_ = 0, removed_ = 0;
};

// Posts one body after the other over one connection to 127.0.0.1, and of each answer looks at the
// status only.
class BarePost {
public:
    BarePost(std::uint16_t port, std::string target, const Tls* tls = nullptr);
    ~BarePost();
    BarePost(const BarePost&) = delete;
    BarePost& operator=(const BarePost&) = delete;
    void post(std::string_view body);

private:
    int socket_;
    std::string target_, request_;
    Line line_;
    MessageReader answers_;
};

// All of them; calls `answered` after each.
void bare_post(std::uint16_t port, const std::string& target,
               const std::vector<std::string>& bodies, const std::function<void()>& answered);

// What waits in a file of Outrider's that nobody has open, posted by hand: a row at a time from the
// disk, the same bytes for each ping, `batch` of them in a request.
void bare_drain(const std::string& file, const BareTarget&);

}  // namespace outrider::bench
