#pragma once

#include "engine/event/value.hpp"

namespace engine::vrl {

/// Whether the value says that there is none: null, a string of white space only (or of nothing),
/// or `-`.
[[nodiscard]] bool is_nullish(const Value& value);

}  // namespace engine::vrl
