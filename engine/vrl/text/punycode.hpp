#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace engine::vrl {

/// The label (UTF-8, at most 4096 bytes) in Punycode (RFC 3492), without the `xn--` before it.
/// Nothing when the label is not UTF-8 or too long.
[[nodiscard]] std::optional<std::string> punycode(std::string_view label);
/// The label in UTF-8; nothing when it is malformed or too long.
[[nodiscard]] std::optional<std::string> punycode_decoded(std::string_view label);

/// The domain in ASCII (Unicode Technical Standard 46, nontransitional, as browsers do it: hyphens,
/// lengths and the characters of host names are not checked). Nothing when it is invalid.
[[nodiscard]] std::optional<std::string> domain_to_ascii(std::string_view domain);
[[nodiscard]] std::optional<std::string> domain_to_unicode(std::string_view domain);

}  // namespace engine::vrl
