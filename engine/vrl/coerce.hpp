#pragma once

#include "engine/event/value.hpp"
#include "engine/vrl/context.hpp"

namespace engine::vrl {

// The conversions of `to_int`, `to_float`, `to_bool` and `to_string`: failure where there is none.

[[nodiscard]] Value to_int(const Value& value, Context& context);
[[nodiscard]] Value to_float(const Value& value, Context& context);
[[nodiscard]] Value to_bool(const Value& value, Context& context);
[[nodiscard]] Value to_string(const Value& value, Context& context);

}  // namespace engine::vrl
