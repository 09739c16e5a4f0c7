#pragma once

#include <string_view>

#include "engine/event/value.hpp"
#if __has_include("engine/vrl/regex/regex.hpp")
#include "engine/vrl/regex/regex.hpp"
#endif

namespace engine {

/// The pattern of a regex as written. Without the regex engine no such value exists.
[[nodiscard]] inline std::string_view regex_pattern(const Value& value) {
#if __has_include("engine/vrl/regex/regex.hpp")
    return value.as_regex().pattern();
#else
    static_cast<void>(value);
    return {};
#endif
}

}  // namespace engine
