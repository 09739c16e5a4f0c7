#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "engine/event/arena.hpp"
#include "engine/event/value.hpp"

namespace engine {

/// The one document of a YAML text (UTF-8), of what JSON can express; plain scalars by the core
/// schema of YAML 1.2. The error is the reference's text. Nesting ends at 128 levels; aliases share
/// their anchor's value and are limited in number, so that small texts stay small.
[[nodiscard]] std::expected<Value, std::string> parse_yaml(std::string_view text, Arena& arena);

}  // namespace engine
