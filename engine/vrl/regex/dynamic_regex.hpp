#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "engine/vrl/regex/regex.hpp"

namespace engine::regex {

/// The regex of a pattern that is only known when the program runs. Values refer to regexes without
/// owning them, so these live as long as the process; their number is bounded, and patterns past
/// that are refused. Any thread.
[[nodiscard]] std::expected<const Regex*, std::string> dynamic_regex(std::string_view pattern);

}  // namespace engine::regex
