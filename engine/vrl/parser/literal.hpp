#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "engine/diagnostic/diagnostic.hpp"
#include "engine/vrl/ast.hpp"

namespace engine::vrl {

/// What is wrong with a literal token (E206, E209, E211), if anything. The decoders below take only
/// tokens that passed.
[[nodiscard]] std::optional<Diagnostic> check_integer(std::string_view text, Span span);
[[nodiscard]] std::optional<Diagnostic> check_string(std::string_view text, Span span);

[[nodiscard]] std::int64_t decode_integer(std::string_view text);
[[nodiscard]] double decode_float(std::string_view text);

/// A double-quoted token, quotes included, without templates: object keys and quoted path segments.
[[nodiscard]] std::string decode_string(std::string_view text);

/// A double-quoted token as an expression: a StringLiteral, or a TemplateString when it names
/// variables.
[[nodiscard]] ast::Node decode_template(std::string_view text, Span span);

}  // namespace engine::vrl
