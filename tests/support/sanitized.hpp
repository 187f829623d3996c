#pragma once
// Whether the sanitizers watch, which makes everything several times slower.

namespace outrider::test {

#if defined(__SANITIZE_ADDRESS__)
inline constexpr bool sanitized = true;  // as g++ says it
#elif defined(__has_feature)
inline constexpr bool sanitized = __has_feature(address_sanitizer);  // as clang does
#else
inline constexpr bool sanitized = false;
#endif

}  // namespace outrider::test
