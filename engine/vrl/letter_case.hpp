#pragma once

#include <string_view>

#include "engine/event/value.hpp"

namespace engine::vrl {

/// Full Unicode case mapping (`ß` becomes `SS`, a final `Σ` becomes `ς`); malformed bytes become
/// U+FFFD. Results live in the arena, or are `text` itself where nothing changes.
[[nodiscard]] Value to_upper(std::string_view text, Arena& arena);
[[nodiscard]] Value to_lower(std::string_view text, Arena& arena);

}  // namespace engine::vrl
