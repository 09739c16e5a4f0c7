#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "engine/event/container.hpp"

namespace engine::vrl {

/// How `key=value key=value` is written.
struct KeyValueSyntax {
    enum class Whitespace : std::uint8_t { Lenient, Strict };
    enum class StandaloneKeys : std::uint8_t { Refused, Accepted };

    std::string_view key_value_delimiter = "=";
    std::string_view field_delimiter = " ";
    Whitespace whitespace = Whitespace::Lenient;
    /// A key without delimiter has the value true.
    StandaloneKeys standalone_keys = StandaloneKeys::Accepted;
};

/// The object of these pairs; of a key that occurs again all values, as an array. Values are views
/// of `text`, or live in the arena. The error is the reference's text.
[[nodiscard]] std::expected<Value, std::string> parse_key_values(std::string_view text,
                                                                 const KeyValueSyntax& syntax,
                                                                 Arena& arena);

}  // namespace engine::vrl
