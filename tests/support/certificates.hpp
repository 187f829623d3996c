#pragma once
// Certificates of every kind, made on the spot.

#include "platform/stream.hpp"

#include <chrono>
#include <memory>
#include <string>

namespace outrider::test {

class CertificateAuthority {
public:
    explicit CertificateAuthority(std::string directory);  // writes its certificate there
    ~CertificateAuthority();

    struct Wish {
        std::string names = "DNS:localhost,IP:127.0.0.1";
        std::chrono::hours valid_from{-1};  // relative to now
        std::chrono::hours valid_until{24};
        enum class Signer { authority, itself } signer = Signer::authority;
    };
    // Key and certificate as files named after `name`.
    net::TlsIdentity issue(const std::string& name, const Wish& wish);
    net::TlsTrust trust() const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace outrider::test
