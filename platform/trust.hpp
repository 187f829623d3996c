#pragma once
// Whom TLS believes, and what it shows: OpenSSL's settings made from ours, and its verdicts told.

#include "platform/stream.hpp"

#include <optional>
#include <string>

struct ssl_ctx_st;
struct ssl_st;

namespace outrider::net {

// Makes a client's context demand and show what `trust` says, and TLS 1.2 or newer. Refers to the
// pins: `trust` outlives every handshake. Fault::unauthorised naming the file that cannot be used.
Result<> use(const TlsTrust& trust, ssl_ctx_st* context);
// Makes a server's context show `identity`, and demand TLS 1.2 or newer. Fault::storage likewise.
Result<> use(const TlsIdentity& identity, ssl_ctx_st* context);

// From now on the handshake demands a certificate for `host`, a name or a literal address, that is
// valid `now`. False when memory is out.
bool expect(const std::string& host, Instant now, ssl_st* connection);

// Why the certificate shown was not accepted; nothing when it was. `doubts` are the clock's, told
// where it may be the time that is wrong.
std::optional<Error> disbelief(const std::string& host, const std::string& doubts,
                               ssl_st* connection);

// What OpenSSL's error `code` tells when it is the other side's objection to our certificate, or to
// the lack of one. In TLS 1.3 a client hears it after the handshake, with its first read.
std::optional<Error> objection(unsigned long code);

}  // namespace outrider::net
