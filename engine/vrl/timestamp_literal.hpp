#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "engine/event/value.hpp"

namespace engine::vrl {

/// RFC 3339 as in `t'…'`. The error is the reference's, such as `premature end of input`.
[[nodiscard]] std::expected<Timestamp, std::string> parse_timestamp_literal(std::string_view text);

}  // namespace engine::vrl
