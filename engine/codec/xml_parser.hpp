#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "engine/event/arena.hpp"
#include "engine/event/value.hpp"

namespace engine {

/// How elements become values.
struct XmlOptions {
    /// Drops white space between a `>` and the next `<`.
    bool trims = true;
    bool includes_attributes = true;
    std::string_view attribute_prefix = "@";
    /// Where an element's text stands beside attributes and children.
    std::string_view text_key = "text";
    bool always_uses_text_key = false;
    bool parses_booleans = true;
    bool parses_null = true;
    bool parses_numbers = true;
};

/// The document as an object with the root element as its member: elements are objects, what occurs
/// several times becomes an array, an element of nothing but text is that text. Names lose their
/// namespace. The error is the reference's text. Documents with a DTD are refused; nesting ends at
/// 1024 levels.
[[nodiscard]] std::expected<Value, std::string> parse_xml(std::string_view text,
                                                          const XmlOptions& options, Arena& arena);

}  // namespace engine
