#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "engine/event/arena.hpp"
#include "engine/event/value.hpp"

namespace engine {

/// The first item of the bytes (RFC 8949), of what JSON can express: byte strings, tags other than
/// bignums, and keys that are not text are refused. What follows the item is ignored. The error is
/// the reference's text. Nesting ends at 256 levels.
[[nodiscard]] std::expected<Value, std::string> parse_cbor(std::string_view bytes, Arena& arena);

}  // namespace engine
