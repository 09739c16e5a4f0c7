#pragma once

#include <cstddef>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace engine::vrl {

/// A matcher or filter with its arguments, as in `array("[]", ",", integer)`. An argument is a
/// literal or again a function.
struct RuleFunction {
    enum class Kind { Function, Text, Number, Null };
    Kind kind = Kind::Function;
    /// Name of the function, or the text.
    std::string name;
    double number = 0;
    std::vector<RuleFunction> arguments;
};

/// `%{matcher:destination:filter}` of a rule.
struct RuleElement {
    RuleFunction matcher;
    std::optional<std::string> destination;
    std::optional<RuleFunction> filter;
    /// Bytes that it takes in the rule.
    std::size_t length = 0;
};

/// The element at the front of `text`, which begins with `%{`; none where what follows is not one.
/// The error is the reference's text.
[[nodiscard]] std::expected<std::optional<RuleElement>, std::string> parse_rule_element(
    std::string_view text);

}  // namespace engine::vrl
