#include "engine/diagnostic/render.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "engine/diagnostic/snippet.hpp"

// The layout is that of Rust's `codespan-reporting` crate, which the reference prints with: a
// header, the labelled lines with their underlines, then notes. snippet.cpp collects labels by line
// and draws; here stand header and notes.

namespace engine {
namespace {

std::string header(const Diagnostic& diagnostic) {
    const std::string_view severity = diagnostic.severity == Severity::Error ? "error" : "warning";
    if (diagnostic.code == 0)
        return fmt::format("{}: {}\n", severity, diagnostic.message);
    return fmt::format("{}[E{:03}]: {}\n", severity, diagnostic.code, diagnostic.message);
}

// Only the first ten codes have pages of their own.
bool has_documentation(int code) {
    return code >= 100 && code <= 110;
}

std::vector<std::string> standing_notes(const Diagnostic& diagnostic) {
    std::vector<std::string> notes;
    if (has_documentation(diagnostic.code))
        notes.push_back(fmt::format("learn more about error code {0} at https://errors.vrl.dev/{0}",
                                    diagnostic.code));
    notes.emplace_back("see language documentation at https://vrl.dev");
    notes.emplace_back("try your code in the VRL REPL, learn more at https://vrl.dev/examples");
    return notes;
}

void append_note(std::string& out, std::size_t padding, std::string_view note) {
    char mark = '=';
    while (true) {
        const std::size_t end = note.find('\n');
        std::string line = fmt::format("{:{}} {} {}", "", padding, mark, note.substr(0, end));
        line.erase(line.find_last_not_of(" \t\r") + 1);
        out += line;
        out += '\n';
        if (end == std::string_view::npos)
            return;
        note.remove_prefix(end + 1);
        mark = ' ';
    }
}

}  // namespace

std::string render(const Diagnostic& diagnostic, const SourceText& source, RenderStyle style) {
    std::string out = header(diagnostic);
    const Snippet snippet(diagnostic.labels, source);
    snippet.draw(out);
    for (const std::string& note : diagnostic.notes)
        append_note(out, snippet.padding(), note);
    if (style == RenderStyle::Program)
        for (const std::string& note : standing_notes(diagnostic))
            append_note(out, snippet.padding(), note);
    out.erase(out.find_last_not_of('\n') + 1);
    return out;
}

std::string render(std::span<const Diagnostic> diagnostics, const SourceText& source,
                   RenderStyle style) {
    // Each may show a long line again.
    constexpr std::size_t longest_text = std::size_t{1} << 20;
    std::string out;
    std::size_t shown = 0;
    for (const Diagnostic& diagnostic : diagnostics) {
        if (out.size() > longest_text)
            return out + fmt::format("\n\n... and {} more", diagnostics.size() - shown);
        ++shown;
        if (!out.empty())
            out += "\n\n";
        out += render(diagnostic, source, style);
    }
    return out;
}

}  // namespace engine
