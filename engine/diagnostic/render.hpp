#pragma once

#include <span>
#include <string>

#include "engine/diagnostic/diagnostic.hpp"

namespace engine {

/// What surrounds the labelled source. Programs end in the language's standing notes (documentation
/// of the code, of the language, the REPL) as the reference's do; configuration files do not.
enum class RenderStyle { Program, Configuration };

/// Text of one diagnostic, without a final newline:
///
///     error[E203]: syntax error
///       ┌─ :1:3
///       │
///     1 │ 5 % 2
///       │   ^ unexpected syntax token: "LQuery"
///       │
///       = see language documentation at https://vrl.dev
///
/// The source's name stands before `line:column`. Columns count characters; underlines are aligned
/// by display width. Spans beyond the text are clamped to its end.
[[nodiscard]] std::string render(const Diagnostic& diagnostic, const SourceText& source,
                                 RenderStyle style);

/// All of them in the given order, a blank line between two.
[[nodiscard]] std::string render(std::span<const Diagnostic> diagnostics, const SourceText& source,
                                 RenderStyle style);

}  // namespace engine
