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

// Who wrote an envelope, its link in the chain, and why it left. Receipts are found by sequence
// now.
constexpr const char* custody = R"sql(
ALTER TABLE actions ADD COLUMN owner INTEGER NOT NULL DEFAULT 0;
ALTER TABLE actions ADD COLUMN link BLOB NOT NULL DEFAULT x'';
ALTER TABLE pings ADD COLUMN owner INTEGER NOT NULL DEFAULT 0;
ALTER TABLE pings ADD COLUMN link BLOB NOT NULL DEFAULT x'';
ALTER TABLE dead ADD COLUMN owner INTEGER NOT NULL DEFAULT 0;
ALTER TABLE dead ADD COLUMN link BLOB NOT NULL DEFAULT x'';

CREATE TABLE departure (
    lane TEXT NOT NULL,
    first INTEGER NOT NULL,
    last INTEGER NOT NULL,
    cause INTEGER NOT NULL,
    at INTEGER NOT NULL,
    link BLOB NOT NULL,
    PRIMARY KEY (lane, first)
) STRICT, WITHOUT ROWID;
INSERT INTO departure SELECT lane, first, last, 1, at, x'' FROM receipt;

-- What is gone without a receipt: those trimmed before, and expired pings, which had none.
INSERT INTO ledger
    SELECT 'forgotten:' || lane, (SELECT coalesce(sum(count), 0) FROM ledger
                                  WHERE account IN ('delivered:' || lane, 'expired:' || lane))
        - (SELECT coalesce(sum(last - first + 1), 0) FROM departure d WHERE d.lane = l.lane)
    FROM (SELECT substr(account, 10) AS lane FROM ledger WHERE account LIKE 'accepted:%') l;
INSERT INTO ledger SELECT 'forgotten_to:' || substr(account, 10), count
    FROM ledger WHERE account LIKE 'accepted:%';
INSERT INTO ledger SELECT 'bytes:pings', sum(length(body) + 48) FROM pings HAVING count(*) > 0;
INSERT INTO ledger SELECT 'bytes:actions', sum(length(body) + 48) FROM actions HAVING count(*) > 0;
)sql";

constexpr const char* notebook = R"sql(
CREATE TABLE notebook (
    name TEXT PRIMARY KEY,
    heard INTEGER NOT NULL,
    text TEXT NOT NULL
) STRICT, WITHOUT ROWID;
)sql";

constexpr std::array migrations = {Migration{1, first}, Migration{2, custody},
                                   Migration{3, notebook}};

}  // namespace

std::span<const Migration> store_migrations() { return migrations; }

}  // namespace outrider::offline
