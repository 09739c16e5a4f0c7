#pragma once

#include <cstddef>
#include <string_view>

namespace engine {

/// One character of a text: its code point and the bytes that it takes. A byte that is not UTF-8 is
/// a character of one byte, shown as U+FFFD.
struct Character {
    char32_t code_point = 0;
    std::size_t size = 1;
};

/// The character that begins at byte `at`, which lies within `text`.
[[nodiscard]] Character decode_character(std::string_view text, std::size_t at);

/// Columns that it takes on a terminal when it stands at display column `column` (0-based): a tab
/// reaches to the next multiple of four, East Asian wide characters and emoji take two, combining
/// marks and controls none.
[[nodiscard]] std::size_t character_width(Character character, std::size_t column);

}  // namespace engine
