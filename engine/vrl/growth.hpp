#pragma once

#include <cstddef>
#include <cstdint>

#include "engine/vrl/context.hpp"

// Whatever walks a value does so by recursion, so no value may nest without bound. Decoders and
// parsing functions bound what they make. A program can go beyond that only by putting values into
// each other again and again, which takes an assignment each time.
//
// Values share their parts: `x = [x, x]` takes one small array, and what it stands for, which is
// what encoders and comparisons walk, doubles. A loop over a long input would so make values that
// no walk ever finishes.
//
// Therefore assignments of containers are counted, with a weight for what copies a container many
// times (an array literal that holds it, a closure that returns it for each item), and when values
// may have doubled sixteen times, all that the program holds is walked, up to a limit; the larger
// it was found, the sooner again. Ordinary programs assign few containers and are never looked at.
// Rejected: a size in each array and object, which every change would have to carry to its parents.
namespace engine::vrl {

inline constexpr std::uint32_t maximum_nesting = 900;

/// What the event, its metadata and variables may stand for together, each part counted as often
/// as it occurs: the length of texts, and `weight_of_value` for every value.
inline constexpr std::size_t maximum_weight = std::size_t{1} << 30;
inline constexpr std::size_t weight_of_value = 64;

/// Looks at all that the program holds. A failure when it nests too deep or weighs too much.
[[nodiscard]] bool check_growth(Context& context);

/// Counts `count` places that now hold `value`, a container that is shared; no failure yet.
void count_shared(Context& context, std::size_t count);

}  // namespace engine::vrl
