#pragma once

#include <cstddef>
#include <expected>
#include <string_view>
#include <vector>

#include "engine/diagnostic/diagnostic.hpp"

namespace engine::vrl {

/// A token by its type in the grammar (VrlParser's enumerators) and its bytes. A plain value.
struct Token {
    std::size_t type = 0;
    Span span;
};

/// Tokens of the text as the lexer rules see them, without space and comments. Ends early after an
/// unclosed string or literal, which is an error anyway.
[[nodiscard]] std::vector<Token> scan(std::string_view text);

/// The token pass: decides what depends on neighbours (paths, function names, reserved names,
/// newlines), and refuses malformed literals and too deep nesting before the parser sees them.
[[nodiscard]] std::expected<std::vector<Token>, Diagnostic> resolve(std::vector<Token> tokens,
                                                                    std::string_view text);

/// How diagnostics name a token that was met, such as `RParen`.
[[nodiscard]] std::string_view met_name(std::size_t type);

/// A token type with its name in lists of what was expected, such as `")"`.
struct ExpectedName {
    std::size_t type;
    std::string_view name;
};
/// In the order in which such lists name them. Types of one name stand side by side.
[[nodiscard]] const std::vector<ExpectedName>& expected_names();

}  // namespace engine::vrl
