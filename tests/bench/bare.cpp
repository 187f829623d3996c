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

class BareDatabase {
public:
    explicit BareDatabase(const std::string& path) {
        if (sqlite3_open(path.c_str(), &db_) != SQLITE_OK) give_up("cannot open " + path);
    }
    ~BareDatabase() {
        for (sqlite3_stmt* statement : statements_) sqlite3_finalize(statement);
        sqlite3_close(db_);
    }
    BareDatabase(const BareDatabase&) = delete;
    BareDatabase& operator=(const BareDatabase&) = delete;
    void run(const char* sql) {
        if (sqlite3_exec(db_, sql, nullptr, nullptr, nullptr) != SQLITE_OK) {
            give_up(sqlite3_errmsg(db_));
        }
    }
    sqlite3_stmt* prepare(const char* sql) {
        sqlite3_stmt* statement = nullptr;
        if (sqlite3_prepare_v2(db_, sql, -1, &statement, nullptr) != SQLITE_OK) {
            give_up(sqlite3_errmsg(db_));
        }
        return statements_.emplace_back(statement);
    }

private:
    sqlite3* db_ = nullptr;
    std::vector<sqlite3_stmt*> statements_;
};

BareQueue::BareQueue(const std::string& path) : db_(std::make_unique<BareDatabase>(path)) {
    db_->run(settings);
    begin_ = db_->prepare("BEGIN IMMEDIATE");
    insert_ = db_->prepare("INSERT INTO pings VALUES (?, ?, 1, ?)");
    remove_ = db_->prepare("DELETE FROM pings WHERE sequence <= ?");
    commit_ = db_->prepare("COMMIT");
}

BareQueue::~BareQueue() = default;

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
    if (sqlite3_step(statement) != SQLITE_DONE)
        give_up(sqlite3_errmsg(sqlite3_db_handle(statement)));
    sqlite3_reset(statement);
}

BarePost::BarePost(std::uint16_t port, std::string target, const Tls* tls)
    : socket_(connect_to(port)),
      target_(std::move(target)),
      line_(socket_, Line::Role::client, tls),
      answers_(line_) {}

BarePost::~BarePost() { ::close(socket_); }

void BarePost::post(std::string_view body) {
    request_ = fmt::format(
        "POST {} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer bare\r\n"
        "ST-App-Key: bare\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
        target_, body.size());
    request_ += body;
    if (!line_.send_all(request_)) give_up("the bare loop cannot send");
    const auto answer = answers_.next();
    if (!answer || !answer->head.starts_with("HTTP/1.1 200")) {
        give_up("the sink refused the bare loop");
    }
}

void bare_post(std::uint16_t port, const std::string& target,
               const std::vector<std::string>& bodies, const std::function<void()>& answered) {
    BarePost to(port, target);
    for (const std::string& body : bodies) {
        to.post(body);
        answered();
    }
}

void bare_drain(const std::string& file, const BareTarget& target) {
    const api::Destination to = destination(target.port);
    BarePost post(target.port, pings_path(to), target.tls);
    BareDatabase db(file);
    db.run("PRAGMA locking_mode = EXCLUSIVE");
    db.run("PRAGMA synchronous = FULL");
    sqlite3_stmt* rows =
        db.prepare("SELECT sequence, body FROM pings WHERE sequence > ? ORDER BY sequence LIMIT ?");
    sqlite3_stmt* remove = db.prepare("DELETE FROM pings WHERE sequence BETWEEN ? AND ?");
    for (std::int64_t last = 0;;) {
        const std::int64_t before = last;
        std::string body = "[";
        sqlite3_bind_int64(rows, 1, before);
        sqlite3_bind_int(rows, 2, target.batch);
        while (sqlite3_step(rows) == SQLITE_ROW) {
            const auto* bytes = static_cast<const char*>(sqlite3_column_blob(rows, 1));
            const auto size = static_cast<std::size_t>(sqlite3_column_bytes(rows, 1));
            const api::Ping ping = need(api::decode_ping({bytes, size}));
            if (last > before) body += ',';
            last = sqlite3_column_int64(rows, 0);
            api::append_json(body, ping, to, api::external_id(1, last));
        }
        sqlite3_reset(rows);
        if (last == before) return;
        body += ']';
        post.post(body);
        if (target.taken == BareTarget::Taken::stay) continue;
        sqlite3_bind_int64(remove, 1, before + 1);
        sqlite3_bind_int64(remove, 2, last);
        if (sqlite3_step(remove) != SQLITE_DONE) give_up("the bare loop cannot delete");
        sqlite3_reset(remove);
    }
}

}  // namespace outrider::bench
