#pragma once

#include <cstddef>

namespace engine::vrl {

/// Functions that multiply texts fail rather than make a longer one: two fields of an event must
/// not exhaust the memory.
inline constexpr std::size_t longest_text = std::size_t{256} << 20;

}  // namespace engine::vrl
