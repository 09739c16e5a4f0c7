#pragma once

#include <algorithm>
#include <string_view>

namespace engine::vrl {

/// Kinds of characters that lines of logs are made of, all of them ASCII: what stands outside is
/// left to patterns, whose spaces, digits and words are Unicode's.
namespace line_character {
[[nodiscard]] constexpr bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
[[nodiscard]] constexpr bool is_word(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
[[nodiscard]] constexpr bool is_visible(char c) {
    return c > ' ' && c <= '~';
}
}  // namespace line_character

/// Reads a line from left to right. A step that does not find what it is for returns false, and the
/// line is then read no further. A part that is `-` (nothing is known) stays null. On the stack of
/// one recogniser; parts are views of the line.
class LineCursor {
public:
    explicit LineCursor(std::string_view line) : rest_(line) {}

    /// The longest run of such characters; not empty.
    template <typename Test>
    bool run(std::string_view& part, const Test& test) {
        const auto end = std::ranges::find_if_not(rest_, test);
        take(part, static_cast<std::size_t>(end - rest_.begin()));
        return !part.empty();
    }
    /// The same, or `-`: no run begins with it.
    template <typename Test>
    bool run_or_dash(std::string_view& part, const Test& test) {
        return mark("-") || run(part, test);
    }
    /// Up to the next space, or `-` alone.
    bool word_or_dash(std::string_view& part) {
        const bool is_there = run(part, line_character::is_visible);
        part = null_if_dash(part);
        return is_there;
    }
    /// `1.25`.
    bool decimal(std::string_view& part) {
        const char* const begin = rest_.data();
        const bool is_there =
            run(part, line_character::is_digit) && mark(".") && run(part, line_character::is_digit);
        part = {begin, static_cast<std::size_t>(rest_.data() - begin)};
        return is_there;
    }
    bool decimal_or_dash(std::string_view& part) { return mark("-") || decimal(part); }
    /// All up to such a character, of any kind, maybe nothing; and the character.
    bool until(std::string_view& part, char end) {
        const std::size_t size = rest_.find(end);
        if (size == std::string_view::npos) {
            return false;
        }
        take(part, size);
        rest_.remove_prefix(1);
        return true;
    }
    /// What stands between quotes.
    bool quoted(std::string_view& part) { return mark("\"") && until(part, '"'); }
    bool quoted_or_dash(std::string_view& part) {
        const bool is_there = quoted(part);
        part = null_if_dash(part);
        return is_there;
    }
    bool mark(std::string_view text) {
        const bool is_there = rest_.starts_with(text);
        rest_.remove_prefix(is_there ? text.size() : 0);
        return is_there;
    }
    /// All that is left.
    void remainder(std::string_view& part) { take(part, rest_.size()); }

    [[nodiscard]] std::string_view rest() const { return rest_; }
    [[nodiscard]] bool at_end() const { return rest_.empty(); }
    [[nodiscard]] const char* position() const { return rest_.data(); }

private:
    void take(std::string_view& part, std::size_t size) {
        part = rest_.substr(0, size);
        rest_.remove_prefix(size);
    }
    static std::string_view null_if_dash(std::string_view part) {
        return part == "-" ? std::string_view() : part;
    }

    std::string_view rest_;
};

}  // namespace engine::vrl
