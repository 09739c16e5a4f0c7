#include "engine/vrl/cryptography/digest.hpp"

#include <openssl/evp.h>

#include <algorithm>

#include "engine/diagnostic/assert.hpp"

namespace engine::vrl {

namespace {

constexpr DigestVariant sha2[] = {
    {"SHA-224", EVP_sha224}, {"SHA-256", EVP_sha256},         {"SHA-384", EVP_sha384},
    {"SHA-512", EVP_sha512}, {"SHA-512/224", EVP_sha512_224}, {"SHA-512/256", EVP_sha512_256},
};
constexpr DigestVariant sha3[] = {
    {"SHA3-224", EVP_sha3_224},
    {"SHA3-256", EVP_sha3_256},
    {"SHA3-384", EVP_sha3_384},
    {"SHA3-512", EVP_sha3_512},
};

}  // namespace

std::span<const DigestVariant> sha2_variants() {
    return sha2;
}

std::span<const DigestVariant> sha3_variants() {
    return sha3;
}

const DigestVariant* find_variant(std::span<const DigestVariant> variants, std::string_view name) {
    const auto found = std::ranges::find(variants, name, &DigestVariant::name);
    return found == variants.end() ? nullptr : &*found;
}

std::string_view digest(const EVP_MD* algorithm, std::string_view bytes, Arena& arena) {
    auto* const out = arena.allocate_array<unsigned char>(EVP_MAX_MD_SIZE);
    unsigned size = 0;
    const int done = EVP_Digest(bytes.data(), bytes.size(), out, &size, algorithm, nullptr);
    ENGINE_ASSERT(done == 1, "OpenSSL's default provider has all of these algorithms");
    return {reinterpret_cast<const char*>(out), size};
}

}  // namespace engine::vrl
