#pragma once

#include <string>
#include <string_view>

#include "engine/event/value.hpp"

namespace engine::vrl {

/// VRL's own notation: `{ "k": 1 }`, `[1, "a"]`, `t'2021-01-01T00:00:00Z'`, `r'a'`, `null`.
[[nodiscard]] std::string display(const Value& value);
void display(const Value& value, std::string& out);

/// As the reference prints numbers and times everywhere but in JSON: `1` for 1.0, never an
/// exponent; RFC 3339 with 0, 3, 6 or 9 fraction digits, and `Z`.
void append_float(double value, std::string& out);
void append_timestamp(Timestamp value, std::string& out);

/// The text with each malformed sequence replaced by U+FFFD; the same view when there is none.
[[nodiscard]] std::string_view utf8_lossy(std::string_view bytes, std::string& buffer);

}  // namespace engine::vrl
