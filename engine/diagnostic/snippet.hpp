#pragma once

#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/diagnostic/diagnostic.hpp"

namespace engine {

/// The labelled lines of a source, laid out for one diagnostic. Borrows labels and source, which
/// outlive it; lives on the stack of `render`.
///
/// A label within one line is underlined there; its text stands behind the underline when it is the
/// rightmost and overlaps no other, else it hangs below. A label over several lines gets a column
/// of its own left of the source.
class Snippet {
public:
    Snippet(std::span<const Label> labels, const SourceText& source);

    /// Digits of the largest line number shown.
    [[nodiscard]] std::size_t padding() const { return padding_; }

    /// Appends location, lines and the closing border; nothing when there are no labels.
    void draw(std::string& out) const;

private:
    /// Part of a label on one line; byte columns within the line.
    struct Underline {
        LabelStyle style;
        std::size_t begin;
        std::size_t end;
        std::string_view text;
    };
    enum class EdgeKind { Top, Left, Bottom };
    /// Where a label over several lines begins, passes or ends.
    struct Edge {
        std::size_t column;
        LabelStyle style;
        EdgeKind kind;
        std::size_t byte = 0;
        std::string_view text = {};
    };
    struct Line {
        std::vector<Underline> underlines;
        std::vector<Edge> edges;
        bool is_shown = false;
    };

    void add(const Label& label);
    void add_underline(std::size_t line, Underline underline);
    void add_edges(const Label& label, Span span, std::size_t first, std::size_t last);

    void draw_start(std::string& out) const;
    void draw_line(std::string& out, std::size_t index, const Line& line) const;
    void draw_source(std::string& out, std::size_t index, std::span<const Edge> edges,
                     std::size_t kept) const;
    [[nodiscard]] static const Underline* trailing(std::span<const Underline> underlines);
    void draw_underlines(std::string& out, std::string_view text, const Line& line) const;
    void draw_hanging(std::string& out, std::string_view text, const Line& line,
                      const Underline* behind) const;
    void draw_edges(std::string& out, std::string_view text, std::span<const Edge> edges) const;
    [[nodiscard]] std::string edge_gutter(std::span<const Edge> edges, std::size_t drawn) const;
    [[nodiscard]] std::string border(std::span<const Edge> edges) const;

    const SourceText& source_;
    std::map<std::size_t, Line> lines_;
    std::size_t padding_ = 0;
    std::size_t edge_columns_ = 0;
    const Label* main_ = nullptr;
    std::uint32_t start_ = 0;
};

}  // namespace engine
