#pragma once

#include <string>
#include <string_view>

namespace engine::vrl {

/// Escapes control characters, bytes beyond ASCII, and these characters.
[[nodiscard]] std::string percent_encode(std::string_view text, std::string_view characters);
[[nodiscard]] std::string percent_decode(std::string_view text);

}  // namespace engine::vrl
