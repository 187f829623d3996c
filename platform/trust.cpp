#include "platform/trust.hpp"

#include "platform/base64.hpp"
#include "platform/files.hpp"
#include "platform/resolver.hpp"

#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/sha.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <set>
#include <vector>

namespace outrider::net {
namespace {

using Pins = std::vector<std::string>;

constexpr std::size_t longest_key = 64 * 1024;

struct Free {
    void operator()(BIO* bio) const { ::BIO_free(bio); }
    void operator()(EVP_PKEY* key) const { ::EVP_PKEY_free(key); }
};
template <class T>
using Owned = std::unique_ptr<T, Free>;

// What OpenSSL complained of last. Empties its queue.
std::string complaint() {
    const char* text = ::ERR_reason_error_string(::ERR_peek_last_error());
    std::string why = text == nullptr ? "OpenSSL does not say why" : text;
    ::ERR_clear_error();
    return why;
}

Pins pins_of(const STACK_OF(X509) * chain) {
    Pins pins;
    for (int i = 0; i < ::sk_X509_num(chain); ++i) {
        // sk_X509_value is a macro with an old-style cast.
        const auto* certificate = static_cast<const X509*>(
            ::OPENSSL_sk_value(reinterpret_cast<const OPENSSL_STACK*>(chain), i));
        unsigned char* der = nullptr;
        const int size = ::i2d_X509_PUBKEY(::X509_get_X509_PUBKEY(certificate), &der);
        if (size <= 0) continue;
        std::string hash(SHA256_DIGEST_LENGTH, '\0');
        ::SHA256(der, static_cast<std::size_t>(size),
                 reinterpret_cast<unsigned char*>(hash.data()));
        ::CRYPTO_free(der, OPENSSL_FILE, OPENSSL_LINE);
        pins.push_back(to_base64(hash));
    }
    return pins;
}

// Comes in the place of OpenSSL's own verification: that, and then the pins. A server that fails
// either hears no more from us, not even who we are.
int verify(X509_STORE_CTX* context, void* pinned) {
    if (::X509_verify_cert(context) != 1) return 0;
    const Pins& pins = *static_cast<const Pins*>(pinned);
    const Pins found = pins_of(::X509_STORE_CTX_get0_chain(context));
    if (pins.empty() || std::ranges::find_first_of(found, pins) != found.end()) return 1;
    ::X509_STORE_CTX_set_error(context, X509_V_ERR_APPLICATION_VERIFICATION);
    return 0;
}

// OpenSSL would ask the terminal for the password of an encrypted key.
int no_password(char*, int, int, void*) { return -1; }

Result<> show(const std::string& certificate_file, const std::string& key,
              const std::string& key_file, SSL_CTX* context) {
    if (::SSL_CTX_use_certificate_chain_file(context, certificate_file.c_str()) != 1) {
        return Error(Fault::storage,
                     fmt::format("cannot read the certificate {}: {}: name a PEM file",
                                 certificate_file, complaint()));
    }
    const Owned<BIO> bio(::BIO_new_mem_buf(key.data(), static_cast<int>(key.size())));
    const Owned<EVP_PKEY> parsed(
        ::PEM_read_bio_PrivateKey(bio.get(), nullptr, no_password, nullptr));
    if (parsed && ::SSL_CTX_use_PrivateKey(context, parsed.get()) == 1) return {};
    return Error(Fault::storage, fmt::format("cannot use the private key {}: {}: name a PEM file "
                                             "without a password that belongs to {}",
                                             key_file, complaint(), certificate_file));
}

Result<> show_client(const TlsTrust& trust, SSL_CTX* context) {
    const std::string& certificate = trust.client_certificate_file;
    const std::string& file = trust.client_key_file;
    if (certificate.empty() && file.empty()) return {};
    if (certificate.empty() || file.empty()) {
        return Error(Fault::storage,
                     fmt::format("{} is half of a client certificate: name the {}, too",
                                 certificate + file, file.empty() ? "key" : "certificate"));
    }
    Result<std::string> key = read_private_file(file, longest_key);
    if (!key) return key.error();
    const Result<> shown = show(certificate, *key, file, context);
    ::OPENSSL_cleanse(key->data(), key->size());
    return shown;
}

Result<> believe(const std::string& ca_file, SSL_CTX* context) {
    const bool done = ca_file.empty() ? ::SSL_CTX_set_default_verify_paths(context) == 1
                                      : ::SSL_CTX_load_verify_file(context, ca_file.c_str()) == 1;
    if (done) return {};
    return Error(Fault::unauthorised,
                 fmt::format("cannot read the certificates to trust from {}: {}: name a PEM file",
                             ca_file.empty() ? "the system" : ca_file, complaint()));
}

Result<> harden(SSL_CTX* context) {
    ::SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION);
    // SSL_CTX_set_min_proto_version is a macro with an old-style cast.
    if (::SSL_CTX_ctrl(context, SSL_CTRL_SET_MIN_PROTO_VERSION, TLS1_2_VERSION, nullptr) == 1) {
        return {};
    }
    return Error(Fault::storage, "OpenSSL cannot be told to refuse TLS 1.1: " + complaint());
}

}  // namespace

Result<> check_pins(const Pins& pins) {
    for (const std::string& pin : pins) {
        const std::optional<std::string> hash = from_base64(pin);
        if (hash && hash->size() == SHA256_DIGEST_LENGTH) continue;
        return Error(Fault::malformed,
                     fmt::format("\"{}\" is no pin: give the base64 of a public key's SHA-256, 44 "
                                 "characters",
                                 pin.substr(0, 60)));
    }
    if (std::set<std::string>(pins.begin(), pins.end()).size() != 1) return {};
    return Error(Fault::malformed,
                 "is a single pin, and the day the server changes its key the device would be cut "
                 "off: add a second one, of a spare key or of an authority above it");
}

Result<> use(const TlsTrust& trust, SSL_CTX* context) {
    Result<> done = harden(context);
    if (done) done = believe(trust.ca_file, context);
    if (done) done = show_client(trust, context);
    if (done) done = check_pins(trust.pins);
    if (!done) return Error(Fault::unauthorised, done.error().detail);
    ::SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
    ::SSL_CTX_set_cert_verify_callback(context, verify, const_cast<Pins*>(&trust.pins));
    return {};
}

Result<> use(const TlsIdentity& identity, SSL_CTX* context) {
    if (auto hardened = harden(context); !hardened) return hardened;
    const Result<std::string> key = read_file(identity.key_file, longest_key);
    if (!key) return key.error();
    return show(identity.certificate_file, *key, identity.key_file, context);
}

bool expect(const std::string& host, Instant now, SSL* connection) {
    ::X509_VERIFY_PARAM_set_time(::SSL_get0_param(connection),
                                 std::chrono::system_clock::to_time_t(now));
    if (literal_address(host, 0)) {
        return ::X509_VERIFY_PARAM_set1_ip_asc(::SSL_get0_param(connection), host.c_str()) == 1;
    }
    ::SSL_set_hostflags(connection, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    // SSL_set_tlsext_host_name is a macro with an old-style cast.
    std::string name = host;
    return ::SSL_ctrl(connection, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
                      name.data()) == 1 &&
           ::SSL_set1_host(connection, host.c_str()) == 1;
}

std::optional<Error> disbelief(const std::string& host, const std::string& doubts,
                               SSL* connection) {
    const long why = ::SSL_get_verify_result(connection);
    if (why == X509_V_OK) return std::nullopt;
    std::string text = fmt::format("the certificate shown for {} cannot be believed: ", host);
    if (why == X509_V_ERR_APPLICATION_VERIFICATION) {
        text += fmt::format("none of the keys in its chain is pinned; they are {}",
                            fmt::join(pins_of(::SSL_get0_verified_chain(connection)), " and "));
    } else {
        text += ::X509_verify_cert_error_string(why);
    }
    if (why == X509_V_ERR_CERT_NOT_YET_VALID || why == X509_V_ERR_CERT_HAS_EXPIRED ||
        why == X509_V_ERR_CRL_HAS_EXPIRED) {
        text += "; " + doubts;
    }
    return Error(Fault::unauthorised, std::move(text));
}

std::optional<Error> objection(unsigned long code) {
    static constexpr int objections[] = {SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED,
                                         SSL_R_SSLV3_ALERT_BAD_CERTIFICATE,
                                         SSL_R_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE,
                                         SSL_R_SSLV3_ALERT_CERTIFICATE_REVOKED,
                                         SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED,
                                         SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN,
                                         SSL_R_TLSV1_ALERT_UNKNOWN_CA,
                                         SSL_R_TLSV1_ALERT_ACCESS_DENIED};
    if (std::ranges::find(objections, ::ERR_GET_REASON(code)) == std::end(objections)) {
        return std::nullopt;
    }
    const char* reason = ::ERR_reason_error_string(code);
    return Error(Fault::unauthorised,
                 fmt::format("the other side misses our certificate, or does not accept it: {}",
                             reason == nullptr ? "it does not say why" : reason));
}

}  // namespace outrider::net
