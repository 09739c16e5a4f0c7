#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "engine/event/value.hpp"

/// JSON values as JSON Schema sees them.
namespace engine::vrl::json_schema {

/// Compact JSON, as error texts show values.
[[nodiscard]] std::string json(const Value& value);
/// JSON in which equal values have equal texts: 1.0 is 1.
void append_canonical(const Value& value, std::string& out);
[[nodiscard]] bool is_same(const Value& left, const Value& right);

[[nodiscard]] bool is_number(const Value& value);
/// The functions below want numbers.
[[nodiscard]] double number_of(const Value& value);
/// Negative, zero or positive as `left` is below, equal to or above `right`.
[[nodiscard]] int compared(const Value& left, const Value& right);

/// Of UTF-8.
[[nodiscard]] std::size_t characters(std::string_view text);

}  // namespace engine::vrl::json_schema
