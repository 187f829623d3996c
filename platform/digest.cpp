#include "platform/digest.hpp"

#include <openssl/evp.h>
#include <openssl/sha.h>

#include <array>

namespace outrider {

std::string sha256(std::string_view text) {
    // SHA256() looks its own code up by name, each time anew, which takes longer than a link.
    static const EVP_MD* const known = EVP_MD_fetch(nullptr, "SHA256", nullptr);
    std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
    const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
    if (known == nullptr ||
        EVP_Digest(bytes, text.size(), digest.data(), nullptr, known, nullptr) != 1) {
        SHA256(bytes, text.size(), digest.data());
    }
    return {digest.begin(), digest.end()};
}

}  // namespace outrider
