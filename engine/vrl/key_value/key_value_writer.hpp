#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "engine/event/value.hpp"

namespace engine::vrl {

/// How an object is written as `key=value key=value`.
struct KeyValueStyle {
    enum class Booleans : std::uint8_t {
        Written,
        /// True is the key alone, false is left out.
        Flattened,
    };
    std::string_view key_value_delimiter = "=";
    std::string_view field_delimiter = " ";
    Booleans booleans = Booleans::Written;
};

/// Nested values are flattened, with keys such as `a.b.0`. The fields of `first` (strings) come
/// first, all others in order of their keys. False as soon as the keys or the text are longer than
/// `longest`: a long key is written again for everything within it.
[[nodiscard]] bool write_key_values(const Value& object, std::span<const Value> first,
                                    const KeyValueStyle& style, std::size_t longest,
                                    std::string& out);

}  // namespace engine::vrl
