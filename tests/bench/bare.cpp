#include "tests/bench/bare.hpp"

#include "tests/bench/bench.hpp"
#include "tests/bench/server.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

namespace outrider::bench {
namespace {

constexpr const char* settings = R"sql(
PRAGMA locking_mode = EXCLUSIVE;
PRAGMA page_size = 1024;
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
PRAGMA wal_autocheckpoint = 1024;
CREATE TABLE pings (sequence INTEGER PRIMARY KEY, written INTEGER NOT NULL,
                    destination INTEGER NOT NULL, body BLOB NOT NULL) STRICT;
)sql";

int connect_to(std::uint16_t port) {
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int yes = 1;
    ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    const auto* generic = static_cast<const sockaddr*>(static_cast<const void*>(&address));
    if (::connect(socket, generic, sizeof address) != 0) give_up("the bare loop cannot connect");
    return socket;
}

}  // namespace

BareQueue::BareQueue(const std::string& path) {
    if (sqlite3_open(path.c_str(), &db_) != SQLITE_OK) give_up("cannot open " + path);
    if (sqlite3_exec(db_, settings, nullptr, nullptr, nullptr) != SQLITE_OK) {
        give_up(sqlite3_errmsg(db_));
    }
    sqlite3_prepare_v2(db_, "BEGIN IMMEDIATE", -1, &begin_, nullptr);
    sqlite3_prepare_v2(db_, "INSERT INTO pings VALUES (?, ?, 1, ?)", -1, &insert_, nullptr);
    sqlite3_prepare_v2(db_, "DELETE FROM pings WHERE sequence <= ?", -1, &remove_, nullptr);
    sqlite3_prepare_v2(db_, "COMMIT", -1, &commit_, nullptr);
}

BareQueue::~BareQueue() {
    for (sqlite3_stmt* statement : {begin_, insert_, remove_, commit_}) sqlite3_finalize(statement);
    sqlite3_close(db_);
}

void BareQueue::add(std::int64_t written_ms, std::string_view body) {
    run(begin_);
    insert(written_ms, body);
    run(commit_);
}

void BareQueue::add_all(const std::vector<std::string>& bodies) {
    run(begin_);
    for (const std::string& body : bodies) insert(0, body);
    run(commit_);
}

void BareQueue::remove_oldest(std::size_t count) {
    removed_ += static_cast<std::int64_t>(count);
    run(begin_);
    sqlite3_bind_int64(remove_, 1, removed_);
    run(remove_);
    run(commit_);
}

void BareQueue::insert(std::int64_t written_ms, std::string_view body) {
    sqlite3_bind_int64(insert_, 1, ++added_);
    sqlite3_bind_int64(insert_, 2, written_ms);
    sqlite3_bind_blob64(insert_, 3, body.data(), body.size(), SQLITE_STATIC);
    run(insert_);
}

void BareQueue::run(sqlite3_stmt* statement) {
    if (sqlite3_step(statement) != SQLITE_DONE) give_up(sqlite3_errmsg(db_));
    sqlite3_reset(statement);
}

void bare_post(std::uint16_t port, const std::string& target,
               const std::vector<std::string>& bodies, const std::function<void()>& answered) {
    const int socket = connect_to(port);
    MessageReader answers(socket);
    std::string request;
    for (const std::string& body : bodies) {
        request = fmt::format(
            "POST {} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer bare\r\n"
            "ST-App-Key: bare\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
            target, body.size());
        request += body;
        if (!send_all(socket, request)) give_up("the bare loop cannot send");
        const auto answer = answers.next();
        if (!answer || !answer->head.starts_with("HTTP/1.1 200")) {
            give_up("the sink refused the bare loop");
        }
        answered();
    }
    ::close(socket);
}

}  // namespace outrider::bench
