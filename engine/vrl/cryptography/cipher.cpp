#include "engine/vrl/cryptography/cipher.hpp"

#include <fmt/format.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <sodium.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <functional>
#include <limits>
#include <memory>
#include <optional>

namespace engine::vrl {

namespace {

using enum CipherMode;
constexpr std::size_t block_size = 16;
constexpr std::size_t tag_size = 16;

constexpr auto no_padding = CipherPadding::None;
constexpr CipherAlgorithm algorithms[] = {
    {"AES-256-CFB", Cfb, no_padding, 32, 16},
    {"AES-192-CFB", Cfb, no_padding, 24, 16},
    {"AES-128-CFB", Cfb, no_padding, 16, 16},
    {"AES-256-OFB", Ofb, no_padding, 32, 16},
    {"AES-192-OFB", Ofb, no_padding, 24, 16},
    {"AES-128-OFB", Ofb, no_padding, 16, 16},
    {"AES-256-CTR", CounterLittleEndian, no_padding, 32, 16},
    {"AES-192-CTR", CounterLittleEndian, no_padding, 24, 16},
    {"AES-128-CTR", CounterLittleEndian, no_padding, 16, 16},
    {"AES-256-CTR-LE", CounterLittleEndian, no_padding, 32, 16},
    {"AES-192-CTR-LE", CounterLittleEndian, no_padding, 24, 16},
    {"AES-128-CTR-LE", CounterLittleEndian, no_padding, 16, 16},
    {"AES-256-CTR-BE", CounterBigEndian, no_padding, 32, 16},
    {"AES-192-CTR-BE", CounterBigEndian, no_padding, 24, 16},
    {"AES-128-CTR-BE", CounterBigEndian, no_padding, 16, 16},
    {"AES-256-CBC-PKCS7", Cbc, CipherPadding::Pkcs7, 32, 16},
    {"AES-192-CBC-PKCS7", Cbc, CipherPadding::Pkcs7, 24, 16},
    {"AES-128-CBC-PKCS7", Cbc, CipherPadding::Pkcs7, 16, 16},
    {"AES-256-CBC-ANSIX923", Cbc, CipherPadding::AnsiX923, 32, 16},
    {"AES-192-CBC-ANSIX923", Cbc, CipherPadding::AnsiX923, 24, 16},
    {"AES-128-CBC-ANSIX923", Cbc, CipherPadding::AnsiX923, 16, 16},
    {"AES-256-CBC-ISO7816", Cbc, CipherPadding::Iso7816, 32, 16},
    {"AES-192-CBC-ISO7816", Cbc, CipherPadding::Iso7816, 24, 16},
    {"AES-128-CBC-ISO7816", Cbc, CipherPadding::Iso7816, 16, 16},
    {"AES-256-CBC-ISO10126", Cbc, CipherPadding::Iso10126, 32, 16},
    {"AES-192-CBC-ISO10126", Cbc, CipherPadding::Iso10126, 24, 16},
    {"AES-128-CBC-ISO10126", Cbc, CipherPadding::Iso10126, 16, 16},
    {"CHACHA20-POLY1305", ChaCha20Poly1305, no_padding, 32, 12},
    {"XCHACHA20-POLY1305", XChaCha20Poly1305, no_padding, 32, 24},
    {"XSALSA20-POLY1305", XSalsa20Poly1305, no_padding, 32, 24},
    {"AES-256-SIV", Siv, no_padding, 64, 16},
    {"AES-128-SIV", Siv, no_padding, 32, 16},
};

const unsigned char* data_of(std::string_view bytes) {
    return reinterpret_cast<const unsigned char*>(bytes.data());
}
unsigned char* data_of(std::string& bytes) {
    return reinterpret_cast<unsigned char*>(bytes.data());
}

// ---- Block ciphers (OpenSSL) ------------------------------------------------------------------

using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;

CipherContext new_context() {
    return {EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free};
}

/// By the size of the key: 128, 192, 256 bits.
const EVP_CIPHER* block_cipher(CipherMode mode, std::size_t key_size) {
    using Cipher = const EVP_CIPHER* (*)();
    static constexpr std::array<Cipher, 3> cfb{EVP_aes_128_cfb128, EVP_aes_192_cfb128,
                                               EVP_aes_256_cfb128};
    static constexpr std::array<Cipher, 3> ofb{EVP_aes_128_ofb, EVP_aes_192_ofb, EVP_aes_256_ofb};
    static constexpr std::array<Cipher, 3> cbc{EVP_aes_128_cbc, EVP_aes_192_cbc, EVP_aes_256_cbc};
    static constexpr std::array<Cipher, 3> ecb{EVP_aes_128_ecb, EVP_aes_192_ecb, EVP_aes_256_ecb};
    const std::array<Cipher, 3>& sizes =
        mode == Cfb ? cfb : (mode == Ofb ? ofb : (mode == Cbc ? cbc : ecb));
    return sizes[key_size / 8 - 2]();
}

/// The text through the cipher as it is: whole blocks where the mode needs them.
std::expected<std::string, std::string> through(const EVP_CIPHER* cipher, std::string_view text,
                                                std::string_view key, std::string_view iv,
                                                CipherDirection direction) {
    const CipherContext context = new_context();
    std::string out(text.size() + block_size, '\0');
    int size = 0;
    if (text.size() > std::numeric_limits<int>::max() - block_size || !context ||
        EVP_CipherInit_ex(context.get(), cipher, nullptr, data_of(key), data_of(iv),
                          direction == CipherDirection::Encrypt ? 1 : 0) != 1 ||
        EVP_CIPHER_CTX_set_padding(context.get(), 0) != 1 ||
        EVP_CipherUpdate(context.get(), data_of(out), &size, data_of(text),
                         static_cast<int>(text.size())) != 1 ||
        static_cast<std::size_t>(size) != text.size()) {
        return std::unexpected("Invalid input");
    }
    out.resize(text.size());
    return out;
}

std::uint64_t load(const char* bytes, bool is_big_endian) {
    std::uint64_t value = 0;
    std::memcpy(&value, bytes, sizeof(value));
    return is_big_endian ? __builtin_bswap64(value) : value;
}

void store(char* bytes, std::uint64_t value, bool is_big_endian) {
    value = is_big_endian ? __builtin_bswap64(value) : value;
    std::memcpy(bytes, &value, sizeof(value));
}

/// Counters of 64 bits that wrap alone; OpenSSL's own mode carries into the other half.
std::expected<std::string, std::string> counter(const CipherAlgorithm& algorithm,
                                                std::string_view text, std::string_view key,
                                                std::string_view iv) {
    const bool is_big_endian = algorithm.mode == CounterBigEndian;
    const std::size_t at = is_big_endian ? 8 : 0;
    const std::uint64_t first = load(iv.data() + at, is_big_endian);
    const std::size_t blocks = (text.size() + block_size - 1) / block_size;
    std::string counters(blocks * block_size, '\0');
    for (std::size_t i = 0; i < blocks; ++i) {
        char* const block = counters.data() + i * block_size;
        std::memcpy(block, iv.data(), block_size);
        store(block + at, first + i, is_big_endian);
    }
    auto stream = through(block_cipher(algorithm.mode, key.size()), counters, key, {},
                          CipherDirection::Encrypt);
    if (stream) {
        stream->resize(text.size());
        std::ranges::transform(*stream, text, stream->begin(),
                               [](char a, char b) { return static_cast<char>(a ^ b); });
    }
    return stream;
}

std::string padded(std::string_view text, CipherPadding padding) {
    const std::size_t count = block_size - text.size() % block_size;
    std::string out(text);
    switch (padding) {
        case CipherPadding::None:
            break;
        case CipherPadding::Iso10126:  // any bytes will do before the last
        case CipherPadding::Pkcs7:
            out.append(count, static_cast<char>(count));
            break;
        case CipherPadding::AnsiX923:
            out.append(count - 1, '\0').push_back(static_cast<char>(count));
            break;
        case CipherPadding::Iso7816:
            out.append(1, '\x80').append(count - 1, '\0');
            break;
    }
    return out;
}

/// Takes the padding off; false when it is none.
bool unpad(std::string& text, CipherPadding padding) {
    if (text.empty()) {
        return false;
    }
    const std::string_view block(text.data() + text.size() - block_size, block_size);
    if (padding == CipherPadding::Iso7816) {
        const std::size_t mark = block.find_last_not_of('\0');
        if (mark == std::string_view::npos || block[mark] != '\x80') {
            return false;
        }
        text.resize(text.size() - block_size + mark);
        return true;
    }
    const auto count = static_cast<std::size_t>(static_cast<unsigned char>(block.back()));
    if (count == 0 || count > block_size) {
        return false;
    }
    const std::string_view fill = block.substr(block_size - count, count - 1);
    const char expected = padding == CipherPadding::Pkcs7 ? block.back() : '\0';
    if (padding != CipherPadding::Iso10126 &&
        fill.find_first_not_of(expected) != std::string_view::npos) {
        return false;
    }
    text.resize(text.size() - count);
    return true;
}

std::expected<std::string, std::string> cbc(const CipherAlgorithm& algorithm, std::string_view text,
                                            std::string_view key, std::string_view iv,
                                            CipherDirection direction) {
    const EVP_CIPHER* const cipher = block_cipher(Cbc, key.size());
    if (direction == CipherDirection::Encrypt) {
        return through(cipher, padded(text, algorithm.padding), key, iv, direction);
    }
    auto out = through(cipher, text, key, iv, direction);
    if (out && !unpad(*out, algorithm.padding)) {
        return std::unexpected("Invalid input");
    }
    return out;
}

using Block = std::array<unsigned char, block_size>;

/// AES-CMAC (RFC 4493). OpenSSL's own SIV is not used: its 3.0 makes no tag of an empty text.
std::optional<Block> cmac(std::string_view key, std::string_view text) {
    static EVP_MAC* const algorithm = EVP_MAC_fetch(nullptr, "CMAC", nullptr);
    const std::unique_ptr<EVP_MAC_CTX, decltype(&EVP_MAC_CTX_free)> context(
        EVP_MAC_CTX_new(algorithm), &EVP_MAC_CTX_free);
    std::string cipher = key.size() == 32 ? "AES-256-CBC" : "AES-128-CBC";
    const std::array parameters{
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_CIPHER, cipher.data(), 0),
        OSSL_PARAM_construct_end()};
    Block block{};
    std::size_t size = 0;
    if (!context || EVP_MAC_init(context.get(), data_of(key), key.size(), parameters.data()) != 1 ||
        EVP_MAC_update(context.get(), data_of(text), text.size()) != 1 ||
        EVP_MAC_final(context.get(), block.data(), &size, block.size()) != 1) {
        return std::nullopt;
    }
    return block;
}

/// Multiplied by two in GF(2^128).
Block doubled(const Block& block) {
    Block result{};
    for (std::size_t i = 0; i < block_size; ++i) {
        const unsigned next = i + 1 < block_size ? block[i + 1] : 0U;
        result[i] = static_cast<unsigned char>(unsigned{block[i]} << 1 | next >> 7);
    }
    result.back() ^= static_cast<unsigned char>((block[0] >> 7) * 0x87);
    return result;
}

/// S2V of RFC 5297 over the empty associated data, the nonce and the text.
std::optional<Block> synthetic_iv(std::string_view key, std::string_view nonce,
                                  std::string_view text) {
    auto sum = cmac(key, std::string(block_size, '\0'));
    for (const std::string_view header : {std::string_view(), nonce}) {
        const auto mac = cmac(key, header);
        if (!sum || !mac) {
            return std::nullopt;
        }
        sum = doubled(*sum);
        std::ranges::transform(*sum, *mac, sum->begin(), std::bit_xor());
    }
    std::string last(text);
    if (text.size() < block_size) {
        sum = doubled(*sum);
        last.append(1, '\x80').resize(block_size, '\0');
    }
    for (std::size_t i = 0; i < block_size; ++i) {
        char& byte = last[last.size() - block_size + i];
        byte = static_cast<char>(static_cast<unsigned char>(byte) ^ (*sum)[i]);
    }
    return cmac(key, last);
}

/// RFC 5297; the synthetic IV stands before the text.
std::expected<std::string, std::string> siv(std::string_view text, std::string_view key,
                                            std::string_view nonce, CipherDirection direction) {
    const bool encrypts = direction == CipherDirection::Encrypt;
    if (!encrypts && text.size() < tag_size) {
        return std::unexpected("Invalid input");
    }
    const std::string_view mac_key = key.substr(0, key.size() / 2);
    const std::string_view text_key = key.substr(key.size() / 2);
    Block tag{};
    if (encrypts) {
        const auto made = synthetic_iv(mac_key, nonce, text);
        if (!made) {
            return std::unexpected("Invalid input");
        }
        tag = *made;
    } else {
        std::memcpy(tag.data(), text.data(), tag_size);
        text.remove_prefix(tag_size);
    }
    Block first = tag;
    first[8] &= 0x7f;
    first[12] &= 0x7f;
    auto out =
        through(text_key.size() == 32 ? EVP_aes_256_ctr() : EVP_aes_128_ctr(), text, text_key,
                {reinterpret_cast<const char*>(first.data()), first.size()}, direction);
    if (!out || encrypts) {
        return out ? std::string(tag.begin(), tag.end()) + *out : std::move(out);
    }
    const auto made = synthetic_iv(mac_key, nonce, *out);
    return made && CRYPTO_memcmp(made->data(), tag.data(), tag_size) == 0
               ? std::move(out)
               : std::unexpected("Invalid input");
}

// ---- Stream ciphers with Poly1305 (libsodium) -------------------------------------------------

bool seal(CipherMode mode, std::string& out, std::string_view text, std::string_view key,
          std::string_view iv) {
    switch (mode) {
        case ChaCha20Poly1305:
            return crypto_aead_chacha20poly1305_ietf_encrypt(data_of(out), nullptr, data_of(text),
                                                             text.size(), nullptr, 0, nullptr,
                                                             data_of(iv), data_of(key)) == 0;
        case XChaCha20Poly1305:
            return crypto_aead_xchacha20poly1305_ietf_encrypt(data_of(out), nullptr, data_of(text),
                                                              text.size(), nullptr, 0, nullptr,
                                                              data_of(iv), data_of(key)) == 0;
        default:
            return crypto_secretbox_easy(data_of(out), data_of(text), text.size(), data_of(iv),
                                         data_of(key)) == 0;
    }
}

bool open(CipherMode mode, std::string& out, std::string_view text, std::string_view key,
          std::string_view iv) {
    switch (mode) {
        case ChaCha20Poly1305:
            return crypto_aead_chacha20poly1305_ietf_decrypt(data_of(out), nullptr, nullptr,
                                                             data_of(text), text.size(), nullptr, 0,
                                                             data_of(iv), data_of(key)) == 0;
        case XChaCha20Poly1305:
            return crypto_aead_xchacha20poly1305_ietf_decrypt(data_of(out), nullptr, nullptr,
                                                              data_of(text), text.size(), nullptr,
                                                              0, data_of(iv), data_of(key)) == 0;
        default:
            return crypto_secretbox_open_easy(data_of(out), data_of(text), text.size(), data_of(iv),
                                              data_of(key)) == 0;
    }
}

std::expected<std::string, std::string> sealed(CipherMode mode, std::string_view text,
                                               std::string_view key, std::string_view iv,
                                               CipherDirection direction) {
    static const bool is_ready = sodium_init() >= 0;
    if (direction == CipherDirection::Encrypt) {
        std::string out(text.size() + tag_size, '\0');
        if (is_ready && seal(mode, out, text, key, iv)) {
            return out;
        }
        return std::unexpected("Invalid input");
    }
    if (!is_ready || text.size() < tag_size) {
        return std::unexpected("Invalid input");
    }
    std::string out(text.size() - tag_size, '\0');
    return open(mode, out, text, key, iv) ? std::expected<std::string, std::string>(std::move(out))
                                          : std::unexpected("Invalid input");
}

}  // namespace

std::span<const CipherAlgorithm> cipher_algorithms() {
    return algorithms;
}

const CipherAlgorithm* find_cipher(std::string_view name) {
    const auto is_same = [](char a, char b) {
        return a == (b >= 'a' && b <= 'z' ? static_cast<char>(b - 32) : b);
    };
    const auto found = std::ranges::find_if(algorithms, [&](const CipherAlgorithm& algorithm) {
        return std::ranges::equal(algorithm.name, name, is_same);
    });
    return found == std::end(algorithms) ? nullptr : found;
}

std::expected<std::string, std::string> cipher_text(const CipherAlgorithm& algorithm,
                                                    std::string_view text, std::string_view key,
                                                    std::string_view iv,
                                                    CipherDirection direction) {
    if (key.size() != algorithm.key_size) {
        return std::unexpected(fmt::format("Invalid key size. Expected {} bytes. Found {} bytes",
                                           algorithm.key_size, key.size()));
    }
    if (iv.size() != algorithm.iv_size) {
        return std::unexpected(fmt::format("Invalid iv size. Expected {} bytes. Found {} bytes",
                                           algorithm.iv_size, iv.size()));
    }
    switch (algorithm.mode) {
        case Cfb:
        case Ofb:
            return through(block_cipher(algorithm.mode, key.size()), text, key, iv, direction);
        case CounterLittleEndian:
        case CounterBigEndian:
            return counter(algorithm, text, key, iv);
        case Cbc:
            return cbc(algorithm, text, key, iv, direction);
        case Siv:
            return siv(text, key, iv, direction);
        default:
            return sealed(algorithm.mode, text, key, iv, direction);
    }
}

}  // namespace engine::vrl
