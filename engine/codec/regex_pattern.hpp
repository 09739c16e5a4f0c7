#pragma once

#include <string_view>

#include "engine/event/value.hpp"
#include "engine/vrl/regex/regex.hpp"

namespace engine {

/// The pattern of a regex as written.
[[nodiscard]] inline std::string_view regex_pattern(const Value& value) {
    return value.as_regex().pattern();
}

}  // namespace engine
