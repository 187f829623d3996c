#include "platform/digest.hpp"

#include <openssl/evp.h>

#include <array>

namespace outrider {

std::string sha256(std::string_view text) {
    // To find it by its name costs as much as to digest a ping.
    static const EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    EVP_Digest(text.data(), text.size(), digest.data(), &size, algorithm, nullptr);
    return {digest.begin(), digest.begin() + size};
}

}  // namespace outrider
