#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace engine::vrl {

/// How the `keyvalue` filter's pairs are written.
struct KeyValueSyntax {
    std::string separator = "=";
    /// Allowed in a value without quotes, beside letters, digits and `_.-@`.
    std::string value_characters;
    /// Pairs of an opening and a closing quote.
    std::vector<std::string> quotes = {"\"\"", "''", "<>"};
    /// Any of these, or a space, stands between pairs.
    std::string delimiters = " ,;";
};

/// The pairs of the text, in order; what is none is skipped, as are keys without a value. Views of
/// the text, without quotes.
[[nodiscard]] std::vector<std::pair<std::string_view, std::string_view>> find_pairs(
    std::string_view text, const KeyValueSyntax& syntax);

}  // namespace engine::vrl
