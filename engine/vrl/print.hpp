#pragma once

#include <string>

#include "engine/vrl/ast.hpp"

namespace engine::vrl {

/// What a printed expression is rebuilt from: what was written (strings without escapes, members in
/// their order), or what was compiled (strings escaped, members sorted, timestamps and templates in
/// their plain form).
enum class PrintForm { Written, Compiled };

/// The expression as diagnostics quote it: rebuilt from its parts, arguments without keywords,
/// calls without `!`, regexes without `r''`.
[[nodiscard]] std::string print(const ast::Expression& expression, PrintForm form);
[[nodiscard]] std::string print(const ast::AssignmentTarget& target);
/// `.a.b[0]."c d"`, without what stands before the path.
[[nodiscard]] std::string print(const ast::Path& path);
/// A call with other arguments' texts: `name(a, b)`.
[[nodiscard]] std::string print_arguments(const ast::FunctionCall& call, PrintForm form);

}  // namespace engine::vrl
