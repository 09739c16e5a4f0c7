#pragma once

#include <string_view>
#include <vector>

#include "engine/diagnostic/error.hpp"
#include "engine/event/value.hpp"

namespace engine::cli {

/// The events of a text with one JSON value a line, in `arena`; they may point into the text. A
/// text without lines is one empty object. The error begins with "input error: ".
[[nodiscard]] Result<std::vector<Value>> read_events(std::string_view text, Arena& arena);

}  // namespace engine::cli
