#include "tests/support/certificates.hpp"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <stdexcept>

namespace outrider::test {
namespace {

struct Free {
    void operator()(EVP_PKEY* key) const { ::EVP_PKEY_free(key); }
    void operator()(X509* certificate) const { ::X509_free(certificate); }
    void operator()(X509_EXTENSION* extension) const { ::X509_EXTENSION_free(extension); }
    void operator()(std::FILE* file) const { std::fclose(file); }
};
template <class T>
using Owned = std::unique_ptr<T, Free>;

void demand(bool worked, const char* what) {
    if (!worked) throw std::runtime_error(std::string("cannot make a certificate: ") + what);
}

// EVP_EC_gen is a macro with an old-style cast.
Owned<EVP_PKEY> new_key() {
    Owned<EVP_PKEY> key(::EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"));
    demand(key != nullptr, "key");
    return key;
}

void extend(X509* certificate, X509* issuer, int kind, const std::string& value) {
    X509V3_CTX context{};
    ::X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
    const Owned<X509_EXTENSION> extension(
        ::X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str()));
    demand(extension != nullptr, value.c_str());
    demand(::X509_add_ext(certificate, extension.get(), -1) == 1, value.c_str());
}

Owned<X509> new_certificate(EVP_PKEY* key, const std::string& name, std::chrono::seconds from,
                            std::chrono::seconds until) {
    static long serial = 1;
    Owned<X509> certificate(::X509_new());
    demand(certificate != nullptr, "memory");
    ::X509_set_version(certificate.get(), 2);
    ::ASN1_INTEGER_set(::X509_get_serialNumber(certificate.get()), serial++);
    ::X509_gmtime_adj(::X509_getm_notBefore(certificate.get()), from.count());
    ::X509_gmtime_adj(::X509_getm_notAfter(certificate.get()), until.count());
    ::X509_set_pubkey(certificate.get(), key);
    X509_NAME* subject = ::X509_get_subject_name(certificate.get());
    const std::basic_string<unsigned char> text(name.begin(), name.end());
    demand(::X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, text.c_str(), -1, -1, 0) == 1,
           "name");
    return certificate;
}

template <class F>
std::string write_pem(const std::string& path, F write) {
    const Owned<std::FILE> file(std::fopen(path.c_str(), "w"));
    demand(file != nullptr && write(file.get()) == 1, path.c_str());
    return path;
}

}  // namespace

struct CertificateAuthority::State {
    std::string directory;
    Owned<EVP_PKEY> key = new_key();
    Owned<X509> certificate;
    std::string file;
};

CertificateAuthority::CertificateAuthority(std::string directory)
    : state_(std::make_unique<State>()) {
    using namespace std::chrono_literals;
    state_->directory = std::move(directory);
    EVP_PKEY* key = state_->key.get();
    state_->certificate = new_certificate(key, "Test Authority", -24h * 3650, 24h * 3650);
    X509* certificate = state_->certificate.get();
    ::X509_set_issuer_name(certificate, ::X509_get_subject_name(certificate));
    extend(certificate, certificate, NID_basic_constraints, "critical,CA:TRUE");
    extend(certificate, certificate, NID_key_usage, "critical,keyCertSign");
    demand(::X509_sign(certificate, key, ::EVP_sha256()) > 0, "signature");
    state_->file = write_pem(state_->directory + "/authority.pem",
                             [&](std::FILE* f) { return ::PEM_write_X509(f, certificate); });
}

CertificateAuthority::~CertificateAuthority() = default;

net::TlsIdentity CertificateAuthority::issue(const std::string& name, const Wish& wish) {
    const Owned<EVP_PKEY> key = new_key();
    const Owned<X509> made = new_certificate(key.get(), name, wish.valid_from, wish.valid_until);
    const bool by_itself = wish.signer == Wish::Signer::itself;
    X509* issuer = by_itself ? made.get() : state_->certificate.get();
    ::X509_set_issuer_name(made.get(), ::X509_get_subject_name(issuer));
    extend(made.get(), issuer, NID_subject_alt_name, wish.names);
    EVP_PKEY* signer = by_itself ? key.get() : state_->key.get();
    demand(::X509_sign(made.get(), signer, ::EVP_sha256()) > 0, "signature");

    net::TlsIdentity identity;
    const std::string base = state_->directory + "/" + name;
    identity.certificate_file =
        write_pem(base + ".pem", [&](std::FILE* f) { return ::PEM_write_X509(f, made.get()); });
    identity.key_file = write_pem(base + ".key", [&](std::FILE* f) {
        return ::PEM_write_PrivateKey(f, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
    });
    return identity;
}

net::TlsTrust CertificateAuthority::trust() const { return net::TlsTrust{state_->file}; }

}  // namespace outrider::test
