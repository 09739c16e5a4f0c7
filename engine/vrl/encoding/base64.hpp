#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "engine/event/arena.hpp"

namespace engine::vrl {

/// RFC 4648, sections 4 and 5.
enum class Base64Alphabet : std::uint8_t { Standard, UrlSafe };
enum class Base64Padding : std::uint8_t { With, Without };

/// What `charset` names: `standard` or `url_safe`.
[[nodiscard]] std::optional<Base64Alphabet> base64_alphabet(std::string_view name);

/// In the arena.
[[nodiscard]] std::string_view base64(std::string_view bytes, Base64Alphabet alphabet,
                                      Base64Padding padding, Arena& arena);
/// Padding may be missing, in part or wholly. Nothing when the text is malformed; unused bits of
/// the last digit must be zero.
[[nodiscard]] std::optional<std::string_view> base64_decoded(std::string_view text,
                                                             Base64Alphabet alphabet, Arena& arena);

}  // namespace engine::vrl
