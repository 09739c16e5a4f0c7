#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace engine {

/// Half-open range of byte offsets in one source text. A plain value; the source is known from
/// context.
struct Span {
    std::uint32_t begin = 0;
    std::uint32_t end = 0;

    [[nodiscard]] constexpr std::uint32_t size() const { return end - begin; }
    [[nodiscard]] constexpr bool empty() const { return begin == end; }
    constexpr bool operator==(const Span&) const = default;
};

/// The smallest span that covers both.
[[nodiscard]] constexpr Span cover(Span a, Span b) {
    return {a.begin < b.begin ? a.begin : b.begin, a.end > b.end ? a.end : b.end};
}

/// 1-based line, and 1-based column counted in characters, as diagnostics show them.
struct Position {
    std::size_t line = 1;
    std::size_t column = 1;

    constexpr bool operator==(const Position&) const = default;
};

/// Columns that `text` takes on a terminal: wide characters two, combining marks and controls none,
/// a tab four. Bytes that are not UTF-8 take one each.
[[nodiscard]] std::size_t display_width(std::string_view text);

/// Number of characters in `text`; each byte that is not UTF-8 counts as one.
[[nodiscard]] std::size_t character_count(std::string_view text);

/// One named source text with its line index. Owns its text; immutable, so any thread may read it.
/// Diagnostics refer to it by byte offsets and are rendered against it.
class SourceText {
public:
    /// `name` is shown before `line:column`; the reference leaves it empty for programs.
    SourceText(std::string name, std::string text);

    [[nodiscard]] const std::string& name() const { return name_; }
    [[nodiscard]] std::string_view text() const { return text_; }
    [[nodiscard]] std::string_view text(Span span) const;

    [[nodiscard]] std::size_t line_count() const { return line_starts_.size(); }
    /// 0-based index of the line that holds `offset`; the end of the text belongs to the last line.
    [[nodiscard]] std::size_t line_of(std::uint32_t offset) const;
    /// Byte range of a line without its line break.
    [[nodiscard]] Span line_span(std::size_t line) const;
    [[nodiscard]] Position position(std::uint32_t offset) const;

private:
    std::string name_;
    std::string text_;
    std::vector<std::uint32_t> line_starts_;
};

}  // namespace engine
