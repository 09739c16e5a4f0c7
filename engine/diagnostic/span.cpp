#include "engine/diagnostic/span.hpp"

#include <algorithm>

#include "engine/diagnostic/character.hpp"

namespace engine {

std::size_t display_width(std::string_view text) {
    std::size_t column = 0;
    for (std::size_t at = 0; at < text.size();) {
        const Character character = decode_character(text, at);
        column += character_width(character, column);
        at += character.size;
    }
    return column;
}

std::size_t character_count(std::string_view text) {
    std::size_t count = 0;
    for (std::size_t at = 0; at < text.size(); ++count)
        at += decode_character(text, at).size;
    return count;
}

SourceText::SourceText(std::string name, std::string text)
    : name_(std::move(name)), text_(std::move(text)), line_starts_{0} {
    for (std::size_t at = 0; at < text_.size(); ++at)
        if (text_[at] == '\n')
            line_starts_.push_back(static_cast<std::uint32_t>(at + 1));
}

std::string_view SourceText::text(Span span) const {
    const std::string_view all = text_;
    const std::size_t begin = std::min<std::size_t>(span.begin, all.size());
    return all.substr(begin, span.end > begin ? span.end - begin : 0);
}

std::size_t SourceText::line_of(std::uint32_t offset) const {
    const auto after = std::ranges::upper_bound(line_starts_, offset);
    return static_cast<std::size_t>(after - line_starts_.begin()) - 1;
}

Span SourceText::line_span(std::size_t line) const {
    const std::uint32_t begin = line_starts_[line];
    std::size_t end = line + 1 < line_starts_.size() ? line_starts_[line + 1] - 1 : text_.size();
    while (end > begin && text_[end - 1] == '\r')
        --end;
    return {begin, static_cast<std::uint32_t>(end)};
}

Position SourceText::position(std::uint32_t offset) const {
    const std::size_t line = line_of(offset);
    return {line + 1, character_count(text(Span{line_starts_[line], offset})) + 1};
}

}  // namespace engine
