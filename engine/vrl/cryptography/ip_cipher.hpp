#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "engine/vrl/network/ip_address.hpp"

namespace engine::vrl {

enum class CipherDirection : std::uint8_t { Encrypt, Decrypt };

/// Encrypts addresses to addresses (draft-denis-ipcrypt): mode `aes128` is ipcrypt-deterministic,
/// `pfx` is ipcrypt-pfx, which keeps common prefixes. The error is the text to fail with.
[[nodiscard]] std::expected<IpAddress, std::string> cipher_ip(const IpAddress& address,
                                                              std::string_view key,
                                                              std::string_view mode,
                                                              CipherDirection direction);

}  // namespace engine::vrl
