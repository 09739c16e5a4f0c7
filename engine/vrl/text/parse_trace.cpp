#include "engine/vrl/text/parse_trace.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace engine::vrl {
namespace {

/// The character that begins at `at`, in all its bytes.
std::string_view character_at(std::string_view text, std::size_t at) {
    std::size_t end = at + 1;
    while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xc0U) == 0x80) {
        ++end;
    }
    return text.substr(at, end - at);
}

}  // namespace

std::string ParseTrace::describe(std::size_t index) const {
    const Step& step = steps_[index];
    if (text_.empty()) {
        return step.name.empty()
                   ? fmt::format("{}: expected '{}', got empty input\n\n", index, step.wanted)
                   : fmt::format("{}: in {}, got empty input\n\n", index, step.name);
    }
    const std::string_view before = text_.substr(0, step.at);
    const std::size_t newline = before.rfind('\n');
    const std::size_t begin = newline == std::string_view::npos ? 0 : newline + 1;
    std::string_view line = text_.substr(begin, text_.find('\n', begin) - begin);
    line = line.substr(0, line.find_last_not_of(" \t\r\n") + 1);
    const auto number = std::ranges::count(before, '\n') + 1;
    const std::string caret(step.at - begin, ' ');
    if (!step.name.empty()) {
        return fmt::format("{}: at line {}, in {}:\n{}\n{}^\n\n", index, number, step.name, line,
                           caret);
    }
    const bool is_end = step.at >= text_.size();
    return fmt::format("{}: at line {}:\n{}\n{}^\nexpected '{}', {}{}\n\n", index, number, line,
                       caret, step.wanted, is_end ? "got end of input" : "found ",
                       is_end ? "" : character_at(text_, step.at));
}

std::string ParseTrace::describe() const {
    std::string text;
    for (std::size_t i = 0; i < steps_.size(); ++i) {
        text += describe(i);
    }
    return text;
}

}  // namespace engine::vrl
