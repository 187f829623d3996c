#include "offline/migrations.hpp"

#include <array>

namespace outrider::offline {
namespace {

// Times are milliseconds since 1970. A lane's table is clustered by its sequence, receipts by time:
// so adding, sending and trimming touch the ends of one tree each and no index has to be kept.
constexpr const char* first = R"sql(
CREATE TABLE identity (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    number INTEGER NOT NULL
) STRICT;
INSERT INTO identity VALUES (1, random());

CREATE TABLE ledger (
    account TEXT PRIMARY KEY,
    count INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE destination (
    id INTEGER PRIMARY KEY,
    text TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE actions (
    sequence INTEGER PRIMARY KEY,
    written INTEGER NOT NULL,
    destination INTEGER NOT NULL REFERENCES destination (id),
    body BLOB NOT NULL
) STRICT;

CREATE TABLE pings (
    sequence INTEGER PRIMARY KEY,
    written INTEGER NOT NULL,
    destination INTEGER NOT NULL REFERENCES destination (id),
    body BLOB NOT NULL
) STRICT;

CREATE TABLE dead (
    lane TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    written INTEGER NOT NULL,
    destination INTEGER NOT NULL REFERENCES destination (id),
    body BLOB NOT NULL,
    buried INTEGER NOT NULL,
    words TEXT NOT NULL,
    PRIMARY KEY (lane, sequence)
) STRICT, WITHOUT ROWID;

CREATE TABLE receipt (
    at INTEGER NOT NULL,
    lane TEXT NOT NULL,
    first INTEGER NOT NULL,
    last INTEGER NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (at, lane, first)
) STRICT, WITHOUT ROWID;

CREATE TABLE journal (
    id INTEGER PRIMARY KEY,
    first INTEGER NOT NULL,
    last INTEGER NOT NULL,
    records BLOB NOT NULL
) STRICT;
)sql";

constexpr std::array migrations = {Migration{1, first}};

}  // namespace

std::span<const Migration> store_migrations() { return migrations; }

}  // namespace outrider::offline
