#pragma once

#include <cstdint>

#include "engine/vrl/context.hpp"

// Whatever walks a value does so by recursion, so no value may nest without bound. Decoders and
// parsing functions bound what they make. A program can go beyond that only by putting values into
// each other again and again, which takes an assignment each time: every sixteenth assignment of a
// container looks at all that the program holds, so that what a loop over a long input builds ends
// in an error, long before a stack would. Sixteen assignments in between add no more levels than
// their expressions have in the program's text.
namespace engine::vrl {

inline constexpr std::uint32_t maximum_nesting = 900;

/// Whether the event, its metadata or a variable nests deeper than `maximum_nesting`. Recursion
/// ends there as well.
[[nodiscard]] bool nests_too_deep(Context& context);

}  // namespace engine::vrl
