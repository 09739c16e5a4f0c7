#pragma once

#include <cstddef>
#include <expected>
#include <span>
#include <string>
#include <string_view>

#include "engine/vrl/cryptography/ip_cipher.hpp"

namespace engine::vrl {

/// How a cipher makes many bytes of one block cipher, or which construction it is.
enum class CipherMode : std::uint8_t {
    Cfb,
    Ofb,
    /// The counter is the first eight bytes, little-endian.
    CounterLittleEndian,
    /// The counter is the last eight bytes, big-endian.
    CounterBigEndian,
    Cbc,
    Siv,
    ChaCha20Poly1305,
    XChaCha20Poly1305,
    XSalsa20Poly1305,
};

/// What fills the last block in CBC mode. Each can be taken off again without knowing the length.
enum class CipherPadding : std::uint8_t { None, Pkcs7, AnsiX923, Iso7816, Iso10126 };

/// A cipher as `encrypt` and `decrypt` name it. Constant data.
struct CipherAlgorithm {
    std::string_view name;
    CipherMode mode;
    CipherPadding padding;
    /// In bytes; of SIV both keys together.
    std::size_t key_size;
    std::size_t iv_size;
};

[[nodiscard]] std::span<const CipherAlgorithm> cipher_algorithms();
/// In any case of letters; null when none is named so.
[[nodiscard]] const CipherAlgorithm* find_cipher(std::string_view name);

/// Authenticated ciphers put their tag before (SIV, XSalsa20) or after the text. The error is the
/// text to fail with.
[[nodiscard]] std::expected<std::string, std::string> cipher_text(const CipherAlgorithm& algorithm,
                                                                  std::string_view text,
                                                                  std::string_view key,
                                                                  std::string_view iv,
                                                                  CipherDirection direction);

}  // namespace engine::vrl
