#pragma once

#include <algorithm>

#include "engine/vrl/cryptography/cipher.hpp"
#include "engine/vrl/function.hpp"

namespace engine::vrl {

/// `algorithm` of `encrypt` and `decrypt` (position 1).
[[nodiscard]] inline Parameter cipher_parameter() {
    std::vector<std::string_view> names;
    for (const CipherAlgorithm& algorithm : cipher_algorithms()) {
        names.push_back(algorithm.name);
    }
    return required("algorithm", kinds::bytes, "The cipher; case does not matter.")
        .one_of(std::move(names));
}

/// Refuses a constant that names no cipher.
[[nodiscard]] inline Prepared prepare_cipher(Preparation& call) {
    const auto& name = call.constant(1);
    if (name && name->is_bytes() && find_cipher(name->as_bytes()) == nullptr) {
        return std::unexpected(
            CompileError::invalid_argument("algorithm", "Invalid algorithm", *name));
    }
    return nullptr;
}

[[nodiscard]] inline Value ciphered(Call& call, CipherDirection direction) {
    const CipherAlgorithm* const algorithm = find_cipher(call.bytes(1));
    if (algorithm == nullptr) {
        std::string name(call.bytes(1));
        std::ranges::transform(name, name.begin(), [](char c) {
            return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
        });
        return call.fail("Invalid algorithm: {}", name);
    }
    const auto out =
        cipher_text(*algorithm, call.bytes(0), call.bytes(2), call.bytes(3), direction);
    return out ? call.text(*out) : call.fail(out.error());
}

}  // namespace engine::vrl
