#include "engine/vrl/cryptography/ip_cipher.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <memory>

namespace engine::vrl {

namespace {

using Block = std::array<std::uint8_t, 16>;

/// AES-128 of single blocks.
class BlockCipher {
public:
    BlockCipher(std::string_view key, CipherDirection direction) : context_(EVP_CIPHER_CTX_new()) {
        EVP_CipherInit_ex(context_.get(), EVP_aes_128_ecb(), nullptr,
                          reinterpret_cast<const unsigned char*>(key.data()), nullptr,
                          direction == CipherDirection::Encrypt ? 1 : 0);
        EVP_CIPHER_CTX_set_padding(context_.get(), 0);
    }
    Block operator()(const Block& in) const {
        Block out{};
        int size = 0;
        EVP_CipherUpdate(context_.get(), out.data(), &size, in.data(), static_cast<int>(in.size()));
        return out;
    }

private:
    struct Free {
        void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
    };
    std::unique_ptr<EVP_CIPHER_CTX, Free> context_;
};

void shift_in(Block& block, unsigned bit) {
    for (std::size_t i = 0; i < block.size(); ++i) {
        const unsigned next = i + 1 < block.size() ? unsigned{block[i + 1]} >> 7 : bit;
        block[i] = static_cast<std::uint8_t>(unsigned{block[i]} << 1 | next);
    }
}

/// Each bit is changed by one that all bits before it determine, which stand after a leading 1.
IpAddress cipher_prefixes(const IpAddress& address, std::string_view key,
                          CipherDirection direction) {
    const BlockCipher first(key.substr(0, 16), CipherDirection::Encrypt);
    const BlockCipher second(key.substr(16), CipherDirection::Encrypt);
    const Block in = address.as_v6().bytes;
    Block out = in;
    Block prefix{};
    prefix.back() = 1;
    if (address.is_v4()) {
        prefix = {0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    }
    for (std::size_t bit = address.is_v4() ? 96 : 0; bit < 128; ++bit) {
        const unsigned change = (first(prefix).back() ^ second(prefix).back()) & 1U;
        const unsigned shift = 7 - bit % 8;
        const unsigned was = in[bit / 8] >> shift & 1U;
        out[bit / 8] = static_cast<std::uint8_t>(out[bit / 8] ^ change << shift);
        shift_in(prefix, direction == CipherDirection::Encrypt ? was : was ^ change);
    }
    const IpAddress result{.family = IpAddress::Family::V6, .bytes = out};
    return address.is_v4() || direction == CipherDirection::Decrypt ? result.unmapped() : result;
}

}  // namespace

std::expected<IpAddress, std::string> cipher_ip(const IpAddress& address, std::string_view key,
                                                std::string_view mode, CipherDirection direction) {
    const bool is_prefix_mode = mode == "pfx";
    if (!is_prefix_mode && mode != "aes128") {
        return std::unexpected(fmt::format("Invalid mode '{}'. Must be 'aes128' or 'pfx'", mode));
    }
    const std::size_t size = is_prefix_mode ? 32 : 16;
    if (key.size() != size) {
        return std::unexpected(fmt::format("{} mode requires a {}-byte key for {}", mode, size,
                                           address.is_v4() ? "IPv4" : "IPv6"));
    }
    if (is_prefix_mode) {
        if (key.substr(0, 16) == key.substr(16)) {
            return std::unexpected(std::string("pfx mode requires two different key halves"));
        }
        return cipher_prefixes(address, key, direction);
    }
    const BlockCipher cipher(key, direction);
    return IpAddress{.family = IpAddress::Family::V6, .bytes = cipher(address.as_v6().bytes)}
        .unmapped();
}

}  // namespace engine::vrl
