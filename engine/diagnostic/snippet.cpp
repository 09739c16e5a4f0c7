#include "engine/diagnostic/snippet.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "engine/diagnostic/character.hpp"

namespace engine {
namespace {

// Lines shown behind the first and before the last line of a label over several lines.
constexpr std::size_t lines_after_first = 3;
constexpr std::size_t lines_before_last = 1;

struct Column {
    std::size_t byte;
    std::size_t size;
    std::size_t width;
};

std::vector<Column> columns(std::string_view text) {
    std::vector<Column> result;
    std::size_t column = 0;
    for (std::size_t at = 0; at < text.size();) {
        const Character character = decode_character(text, at);
        const std::size_t width = character_width(character, column);
        result.push_back({at, character.size, width});
        column += width;
        at += character.size;
    }
    return result;
}

void repeat(std::string& out, std::size_t count, std::string_view text) {
    for (std::size_t i = 0; i < count; ++i)
        out += text;
}

void end_line(std::string& out) {
    out.erase(out.find_last_not_of(' ') + 1);
    out += '\n';
}

std::size_t indentation(std::string_view text) {
    return std::min(text.find_first_not_of(" \t\r\n\v\f"), text.size());
}

// Insertion point of the reference among equal elements: its binary search narrows to the upper
// half on equality, which decides the order of three and more labels of one span.
template <typename Container, typename Compare>
std::size_t insertion_point(const Container& sorted, const Compare& compare) {
    if (sorted.empty())
        return 0;
    std::size_t base = 0;
    for (std::size_t size = sorted.size(); size > 1;) {
        const std::size_t half = size / 2;
        if (compare(sorted[base + half]) <= 0)
            base += half;
        size -= half;
    }
    return compare(sorted[base]) < 0 ? base + 1 : base;
}

}  // namespace

Snippet::Snippet(std::span<const Label> labels, const SourceText& source) : source_(source) {
    for (const Label& label : labels)
        add(label);
}

void Snippet::add(const Label& label) {
    const auto limit = static_cast<std::uint32_t>(source_.text().size());
    const Span span{std::min(label.span.begin, limit), std::min(label.span.end, limit)};
    const std::size_t first = source_.line_of(span.begin);
    const std::size_t last = source_.line_of(std::max(span.begin, span.end));
    padding_ = std::max(padding_, fmt::formatted_size("{}", last + 1));
    const bool is_main = main_ == nullptr || label.style < main_->style ||
                         (label.style == main_->style && span.begin < start_);
    if (is_main) {
        main_ = &label;
        start_ = span.begin;
    }
    if (first != last)
        return add_edges(label, span, first, last);
    const std::uint32_t line = source_.line_span(first).begin;
    const std::size_t begin = span.begin - line;
    add_underline(
        first, {label.style, begin, std::max<std::size_t>(span.end - line, begin + 1), label.text});
}

void Snippet::add_underline(std::size_t index, Underline underline) {
    Line& line = lines_[index];
    line.is_shown = true;
    const std::size_t at = insertion_point(line.underlines, [&](const Underline& other) {
        if (other.begin != underline.begin)
            return other.begin < underline.begin ? -1 : 1;
        if (other.end != underline.end)
            return other.end < underline.end ? -1 : 1;
        return 0;
    });
    line.underlines.insert(line.underlines.begin() + static_cast<std::ptrdiff_t>(at), underline);
}

void Snippet::add_edges(const Label& label, Span span, std::size_t first, std::size_t last) {
    const std::size_t column = edge_columns_++;
    Line& top = lines_[first];
    top.is_shown = true;
    top.edges.push_back(
        {column, label.style, EdgeKind::Top, span.begin - source_.line_span(first).begin});
    // Of the lines between only those near either end are shown; the others need no entry, save
    // the one that fills a gap of a single line.
    for (std::size_t index = first + 1; index < last; ++index) {
        const bool is_near =
            index - first <= lines_after_first || last - index <= lines_before_last;
        Line& line = lines_[index];
        line.edges.push_back({column, label.style, EdgeKind::Left});
        line.is_shown = line.is_shown || is_near;
    }
    Line& bottom = lines_[last];
    bottom.is_shown = true;
    bottom.edges.push_back({column, label.style, EdgeKind::Bottom,
                            span.end - source_.line_span(last).begin, label.text});
}

void Snippet::draw(std::string& out) const {
    if (main_ == nullptr)
        return;
    draw_start(out);
    const Line empty;
    auto previous = lines_.end();
    for (auto line = lines_.begin(); line != lines_.end(); ++line) {
        if (!line->second.is_shown)
            continue;
        if (previous != lines_.end()) {
            const std::size_t gap = line->first - previous->first;
            if (gap == 2) {
                const auto between = lines_.find(previous->first + 1);
                draw_source(out, previous->first + 1,
                            between == lines_.end() ? empty.edges : between->second.edges, 0);
            } else if (gap > 2) {
                out += fmt::format("{:{}} ·", "", padding_);
                out +=
                    border(line->second.edges).substr(padding_ + 1 + std::string_view("│").size());
                end_line(out);
            }
        }
        draw_line(out, line->first, line->second);
        previous = line;
    }
    out += border({});
    end_line(out);
}

void Snippet::draw_start(std::string& out) const {
    const Position position = source_.position(start_);
    out += fmt::format("{:{}} ┌─ {}:{}:{}\n", "", padding_, source_.name(), position.line,
                       position.column);
    out += border({});
    end_line(out);
}

// Gutter, border and the columns of labels that pass by, for a row below a source line.
std::string Snippet::border(std::span<const Edge> edges) const {
    std::string out = fmt::format("{:{}} │", "", padding_);
    auto edge = edges.begin();
    for (std::size_t column = 0; column < edge_columns_; ++column) {
        const bool is_here = edge != edges.end() && edge->column == column;
        out += is_here && edge->kind != EdgeKind::Top ? " │" : "  ";
        if (is_here)
            ++edge;
    }
    return out;
}

void Snippet::draw_line(std::string& out, std::size_t index, const Line& line) const {
    std::size_t end = 0;
    for (const Underline& underline : line.underlines)
        end = std::max(end, underline.end);
    draw_source(out, index, line.edges, end);
    const std::string_view text = source_.text(source_.line_span(index));
    if (!line.underlines.empty())
        draw_underlines(out, text, line);
    draw_edges(out, text, line.edges);
}

// Spaces at the line's end are left out, save those before `kept`.
void Snippet::draw_source(std::string& out, std::size_t index, std::span<const Edge> edges,
                          std::size_t kept) const {
    std::string_view text = source_.text(source_.line_span(index));
    text =
        text.substr(0, std::max(text.find_last_not_of(" \t\r") + 1, std::min(kept, text.size())));
    out += fmt::format("{:>{}} │", index + 1, padding_);
    auto edge = edges.begin();
    for (std::size_t column = 0; column < edge_columns_; ++column) {
        if (edge == edges.end() || edge->column != column) {
            out += "  ";
            continue;
        }
        if (edge->kind != EdgeKind::Top)
            out += " │";
        else
            out += edge->byte <= indentation(text) ? " ╭" : "  ";
        ++edge;
    }
    out += ' ';
    for (const Column& column : columns(text)) {
        const std::string_view character = text.substr(column.byte, column.size);
        if (character == "\t")
            repeat(out, column.width, " ");
        else if (column.size == 1 && static_cast<unsigned char>(character[0]) >= 0x80)
            out += "\uFFFD";
        else
            out += character;
    }
    text.empty() ? end_line(out) : out.push_back('\n');
}

// The label whose text stands behind the underlines: the rightmost, unless it overlaps another.
const Snippet::Underline* Snippet::trailing(std::span<const Underline> underlines) {
    std::size_t last_end = 0;
    const Underline* candidate = nullptr;
    for (const Underline& underline : underlines) {
        last_end = std::max(last_end, underline.end);
        if (underline.end == last_end)
            candidate = underline.text.empty() ? nullptr : &underline;
    }
    for (const Underline& other : underlines)
        if (candidate != nullptr && &other != candidate &&
            std::max(other.begin, candidate->begin) < std::min(other.end, candidate->end))
            return nullptr;
    return candidate;
}

void Snippet::draw_underlines(std::string& out, std::string_view text, const Line& line) const {
    const Underline* behind = trailing(line.underlines);
    std::size_t last_end = 0;
    for (const Underline& underline : line.underlines)
        last_end = std::max(last_end, underline.end);
    std::vector<Column> places = columns(text);
    places.push_back({text.size(), 1, 1});  // the end of the line can be pointed at
    out += border(line.edges) + ' ';
    for (const Column& place : places) {
        std::string_view mark = place.byte < last_end ? " " : "";
        for (const Underline& underline : line.underlines) {
            const bool is_under =
                underline.begin < place.byte + place.size && place.byte < underline.end;
            if (is_under && mark != "^")
                mark = underline.style == LabelStyle::Primary ? "^" : "-";
        }
        repeat(out, place.width, mark);
    }
    if (behind != nullptr)
        out += fmt::format(" {}", behind->text);
    out += '\n';
    draw_hanging(out, text, line, behind);
}

// The texts that hang below their underlines, the rightmost first, with pointers up to them.
void Snippet::draw_hanging(std::string& out, std::string_view text, const Line& line,
                           const Underline* behind) const {
    std::vector<const Underline*> hanging;
    std::size_t last_begin = 0;
    for (const Underline& underline : line.underlines) {
        last_begin = std::max(last_begin, underline.begin);
        if (&underline != behind && !underline.text.empty())
            hanging.push_back(&underline);
    }
    if (hanging.empty())
        return;
    const std::vector<Column> places = columns(text);
    const auto draw_pointers = [&](std::size_t limit) {
        out += border(line.edges) + ' ';
        for (const Column& place : places) {
            if (place.byte >= limit || place.byte > last_begin)
                break;
            const bool has_pointer = std::ranges::any_of(hanging, [&](const Underline* underline) {
                return underline->begin >= place.byte && underline->begin < place.byte + place.size;
            });
            if (has_pointer)
                out += "│";
            const std::size_t taken = has_pointer ? std::min<std::size_t>(place.width, 1) : 0;
            repeat(out, place.width - taken, " ");
        }
    };
    draw_pointers(std::string_view::npos);
    end_line(out);
    for (auto underline = hanging.rbegin(); underline != hanging.rend(); ++underline) {
        draw_pointers((*underline)->begin);
        out += (*underline)->text;
        out += '\n';
    }
}

// The gutter of the row in which the edge numbered `drawn` turns into its caret.
std::string Snippet::edge_gutter(std::span<const Edge> edges, std::size_t drawn) const {
    std::string out = fmt::format("{:{}} │", "", padding_);
    bool is_crossing = false;
    std::size_t next = 0;
    for (std::size_t column = 0; column < edge_columns_; ++column) {
        const std::string_view lead = is_crossing ? "─" : " ";
        if (next >= edges.size() || edges[next].column != column) {
            out += is_crossing ? "──" : "  ";
            continue;
        }
        const EdgeKind kind = edges[next].kind;
        const bool passes = kind == EdgeKind::Left || (kind == EdgeKind::Top && drawn > next) ||
                            (kind == EdgeKind::Bottom && drawn < next);
        if (passes) {
            out += lead;
            out += "│";
        } else if (drawn == next) {
            out += kind == EdgeKind::Top ? " ╭" : " ╰";
            is_crossing = true;
        } else {
            out += is_crossing ? "──" : "  ";
        }
        ++next;
    }
    return out;
}

void Snippet::draw_edges(std::string& out, std::string_view text,
                         std::span<const Edge> edges) const {
    const std::vector<Column> places = columns(text);
    for (std::size_t i = 0; i < edges.size(); ++i) {
        const Edge& edge = edges[i];
        if (edge.kind == EdgeKind::Left)
            continue;
        const bool is_top = edge.kind == EdgeKind::Top;
        if (is_top && edge.byte <= indentation(text))
            continue;
        out += edge_gutter(edges, i);
        const std::size_t limit = is_top ? edge.byte + 1 : edge.byte;
        for (const Column& place : places)
            if (place.byte < limit)
                repeat(out, place.width, "─");
        out += edge.style == LabelStyle::Primary ? "^" : "'";
        if (!edge.text.empty())
            out += fmt::format(" {}", edge.text);
        out += '\n';
    }
}

}  // namespace engine
