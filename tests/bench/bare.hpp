#pragma once
// The least that does the named work: what Outrider's figures are held against.

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

struct sqlite3;
struct sqlite3_stmt;

namespace outrider::bench {

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
    sqlite3* db_ = nullptr;
    sqlite3_stmt *begin_ = nullptr, *insert_ = nullptr, *remove_ = nullptr, *commit_ = nullptr;
    std::int64_t added_ = 0, removed_ = 0;
};

// Posts the bodies one after the other over one connection to 127.0.0.1, and of each answer looks
// at the status only. Calls `answered` after each.
void bare_post(std::uint16_t port, const std::string& target,
               const std::vector<std::string>& bodies, const std::function<void()>& answered);

}  // namespace outrider::bench
