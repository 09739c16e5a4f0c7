#pragma once

#include <cstdint>
#include <string_view>

#include "engine/event/value.hpp"
#include "engine/vrl/function.hpp"

namespace engine::vrl {

/// Where one word ends and the next begins; a set of bits. The separators vanish.
enum class WordBoundary : std::uint16_t {
    Underscore = 1,
    Hyphen = 2,
    Space = 4,
    LowerUpper = 8,
    /// Before the last of several capitals that a small letter follows: `XML|Http`.
    Acronym = 16,
    LowerDigit = 32,
    UpperDigit = 64,
    DigitLower = 128,
    DigitUpper = 256,
    /// Never used: splitting `Foo` serves no case. Known only to be excluded.
    UpperLower = 512,
};

struct WordBoundaries {
    std::uint16_t bits = 0;

    [[nodiscard]] bool has(WordBoundary boundary) const {
        return (bits & static_cast<std::uint16_t>(boundary)) != 0;
    }
};

enum class WordCase : std::uint8_t { Camel, Pascal, Kebab, Snake, ScreamingSnake };

/// The text's words, written in the case. Letters outside ASCII count as Unicode defines them.
[[nodiscard]] Value to_word_case(std::string_view text, WordCase word_case,
                                 WordBoundaries boundaries, Arena& arena);

/// The parameter `original_case` (position 1 of all functions that change cases).
[[nodiscard]] Parameter original_case_parameter();
/// State of the call: the WordBoundaries that `original_case` has, or all.
[[nodiscard]] Prepared prepare_word_boundaries(Preparation& call);
[[nodiscard]] WordBoundaries word_boundaries(const Preparation& call);

}  // namespace engine::vrl
