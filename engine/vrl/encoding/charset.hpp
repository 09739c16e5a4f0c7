#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace engine::vrl {

/// The name of ICU's converter for a label of the WHATWG Encoding Standard; nothing for others.
[[nodiscard]] std::optional<std::string> charset_of(std::string_view label);

/// UTF-8 from the charset; what is malformed becomes U+FFFD.
[[nodiscard]] std::optional<std::string> charset_decoded(std::string_view bytes,
                                                         const std::string& charset);
/// The charset from UTF-8; characters that it lacks become `&#…;`.
[[nodiscard]] std::optional<std::string> charset_encoded(std::string_view text,
                                                         const std::string& charset);

}  // namespace engine::vrl
