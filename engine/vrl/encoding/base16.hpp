#pragma once

#include <optional>
#include <string_view>

#include "engine/event/arena.hpp"

namespace engine::vrl {

/// Two lower-case hexadecimal digits a byte; in the arena.
[[nodiscard]] std::string_view base16(std::string_view bytes, Arena& arena);
/// Digits of either case; nothing when the text is not hexadecimal or has half a byte.
[[nodiscard]] std::optional<std::string_view> base16_decoded(std::string_view text, Arena& arena);

}  // namespace engine::vrl
