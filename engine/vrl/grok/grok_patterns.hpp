#pragma once

#include <string_view>

namespace engine::vrl {

/// The regular expression that a grok name such as `IPORHOST` stands for, with names of other
/// patterns in it; null data where there is none of that name.
[[nodiscard]] std::string_view grok_pattern(std::string_view name);

}  // namespace engine::vrl
