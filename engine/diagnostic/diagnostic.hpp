#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/diagnostic/span.hpp"

namespace engine {

enum class Severity { Error, Warning };

/// Primary labels are underlined with `^` and say where the problem is; context labels with `-` and
/// say what it has to do with.
enum class LabelStyle { Primary, Context };

/// A span of the source with what is to be said about it; the text may be empty.
struct Label {
    LabelStyle style = LabelStyle::Primary;
    Span span;
    std::string text;
};

/// One problem in something that the user wrote. A plain value, owned by whoever collects it;
/// rendered by `render` against the SourceText that its labels refer to.
///
/// Labels are shown where they point; of several on one span the first one comes first.
/// Notes follow the source, one `= …` line each (further lines of a note are indented alike).
struct Diagnostic {
    Severity severity = Severity::Error;
    /// Number of the code, shown as `E103`; 0 shows none.
    int code = 0;
    std::string message;
    std::vector<Label> labels;
    std::vector<std::string> notes;

    [[nodiscard]] static Diagnostic error(int code, std::string message);
    [[nodiscard]] static Diagnostic warning(int code, std::string message);

    Diagnostic&& primary(Span span, std::string text) &&;
    Diagnostic&& context(Span span, std::string text) &&;
    Diagnostic&& note(std::string text) &&;
    /// `hint: …`
    Diagnostic&& hint(std::string_view text) &&;
    /// `see documentation about <subject> at <address>`
    Diagnostic&& see(std::string_view subject, std::string_view address) &&;

    /// Where the first primary label begins (the first label when there is none, else 0).
    [[nodiscard]] std::uint32_t begin() const;
};

}  // namespace engine
