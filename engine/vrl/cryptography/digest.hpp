#pragma once

#include <openssl/types.h>

#include <span>
#include <string_view>

#include "engine/event/arena.hpp"

namespace engine::vrl {

/// A hash function as VRL names its variants; constant data of OpenSSL.
struct DigestVariant {
    std::string_view name;
    const EVP_MD* (*algorithm)();
};

/// `SHA-224` … `SHA-512/256`.
[[nodiscard]] std::span<const DigestVariant> sha2_variants();
/// `SHA3-224` … `SHA3-512`.
[[nodiscard]] std::span<const DigestVariant> sha3_variants();
/// Null when none is named so.
[[nodiscard]] const DigestVariant* find_variant(std::span<const DigestVariant> variants,
                                                std::string_view name);

/// The raw hash of the bytes, in the arena.
[[nodiscard]] std::string_view digest(const EVP_MD* algorithm, std::string_view bytes,
                                      Arena& arena);

}  // namespace engine::vrl
