#pragma once

#include <string>

#include "engine/event/value.hpp"

namespace engine::vrl {

/// The value as some of the reference's error texts show it: `Integer(1)`, `Bytes(b"a")`,
/// `Array([Null])`.
[[nodiscard]] std::string debug_text(const Value& value);

}  // namespace engine::vrl
