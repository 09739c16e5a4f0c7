#pragma once

#include <vector>

#include "engine/diagnostic/diagnostic.hpp"
#include "engine/vrl/ast.hpp"

namespace engine::vrl {

/// Brackets, `=`, `abort` and `return` within each other; more than this is an error (E203).
inline constexpr std::uint32_t max_nesting = 128;
/// Fields and indexes of one path; each nests a value within another.
inline constexpr std::uint32_t max_path_segments = 256;

/// What a program's text says, and what is wrong with its syntax. Spans refer to the SourceText
/// that was parsed.
struct ParseResult {
    /// The root statements without syntax errors.
    ast::Program program;
    /// E203 (syntax error), E204 (unexpected end), E205 (reserved name): the first of each faulty
    /// root statement, in the order of the text. Or a single E206 to E211 (malformed literal),
    /// which ends the parse as it does in the reference; the program is empty then.
    std::vector<Diagnostic> diagnostics;
};

/// Parses a whole program. Never fails otherwise, whatever the bytes; takes time linear in the
/// text. May be called from any thread.
[[nodiscard]] ParseResult parse(const SourceText& source);

}  // namespace engine::vrl
