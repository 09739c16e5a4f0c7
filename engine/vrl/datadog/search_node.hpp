#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "engine/event/path.hpp"
#include "engine/event/value.hpp"
#include "engine/vrl/regex/regex.hpp"

namespace engine::vrl::datadog {

/// Where a part of a query looks.
struct SearchField {
    /// Message: words of the message. Attribute: the value at a path. Tags: whole items of `tags`.
    /// Tag: what follows `name:` in an item of `tags`.
    enum class Kind : std::uint8_t { Message, Attribute, Tags, Tag };
    Kind kind = Kind::Message;
    std::vector<PathSegment> path;
    /// `name:`
    std::string prefix;

    /// As written before a colon; none for bare words.
    [[nodiscard]] static SearchField named(std::string_view name);
};

/// One end of a range; a value without text or number is no end at all.
struct SearchBound {
    std::variant<std::monostate, double, std::string> value;
    bool inclusive = false;
    /// Of a number, as written.
    std::string text;

    [[nodiscard]] bool is_open() const { return std::holds_alternative<std::monostate>(value); }
};

/// One part of a query, with all that it needs; owned by its parent.
struct SearchNode {
    enum class Kind : std::uint8_t { All, And, Or, Not, Exists, Equals, Pattern, Range };
    Kind kind = Kind::All;
    /// Of And, Or and Not.
    std::vector<SearchNode> children;
    SearchField field;
    /// Of Equals.
    std::string text;
    /// Of Pattern.
    std::shared_ptr<const regex::Regex> pattern;
    /// Of Range.
    SearchBound lower;
    SearchBound upper;

    [[nodiscard]] bool matches(const Value& event) const;
};

}  // namespace engine::vrl::datadog
