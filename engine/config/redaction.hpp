#pragma once

#include <string>
#include <string_view>

namespace engine::config {

/// Whether an option of this name (or path, whose last part counts) holds what nobody but the
/// process should read: passwords, tokens, keys.
[[nodiscard]] bool is_secret_option(std::string_view name);

/// A configuration text for messages: values of secret options, passwords within addresses and
/// private keys have become asterisks. As many bytes as before, so that spans and lines stay what
/// they are. References (`SECRET[…]`) and variables (`${…}`) are no secrets and stay.
[[nodiscard]] std::string redact_secrets(std::string_view text);

}  // namespace engine::config
