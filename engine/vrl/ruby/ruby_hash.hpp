#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "engine/event/container.hpp"

namespace engine::vrl {

/// The object that a Ruby hash such as `{"a" => 1, :b => [nil]}` writes; views of `text`, whose
/// escapes stay. The error is the reference's text. Nesting ends at 128 levels.
[[nodiscard]] std::expected<Value, std::string> parse_ruby_hash(std::string_view text,
                                                                Arena& arena);

}  // namespace engine::vrl
