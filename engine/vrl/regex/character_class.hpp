#pragma once

#include <unicode/uniset.h>

#include <expected>
#include <string>
#include <string_view>

namespace engine::regex {

/// What is wrong with a class or an escape, and where.
struct ClassError {
    std::string why;
    std::size_t begin = 0;
    std::size_t length = 1;
};

/// Reads `[…]` with nesting, `&&`, `--` and `~~`, and single escapes, as the set of characters that
/// they match. Used by `translate` only.
class ClassParser {
public:
    using Set = std::expected<icu::UnicodeSet, ClassError>;

    ClassParser(std::string_view pattern, std::size_t position, bool unicode)
        : pattern_(pattern), position_(position), unicode_(unicode) {}

    /// At `[`.
    [[nodiscard]] Set parse();
    /// At a backslash: `\d`, `\p{Greek}`, `\x41`, `\.` …
    [[nodiscard]] Set escape();
    [[nodiscard]] std::size_t position() const { return position_; }

private:
    [[nodiscard]] Set items(std::size_t begin);
    [[nodiscard]] Set item();
    [[nodiscard]] Set property();
    [[nodiscard]] Set code_point();
    [[nodiscard]] std::expected<bool, ClassError> named(icu::UnicodeSet& set);
    [[nodiscard]] char peek(std::size_t offset = 0) const {
        return position_ + offset < pattern_.size() ? pattern_[position_ + offset] : '\0';
    }
    [[nodiscard]] bool at_end() const { return position_ >= pattern_.size(); }

    std::string_view pattern_;
    std::size_t position_;
    bool unicode_;
    int depth_ = 0;
};

/// The set as RE2 understands it: one escaped character, or a bracket of ranges.
[[nodiscard]] std::string class_text(const icu::UnicodeSet& set);

}  // namespace engine::regex
