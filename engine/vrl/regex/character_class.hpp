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

/// How the part of an expression that a class stands in is to be read, as `(?…)` switches it.
struct ClassFlags {
    bool unicode = true;
    bool case_insensitive = false;
    bool extended = false;  // white space and comments mean nothing
};

/// Reads `[…]` with nesting, `&&`, `--` and `~~`, and single escapes, as the set of characters that
/// they match. Used by `translate` only.
class ClassParser {
public:
    using Set = std::expected<icu::UnicodeSet, ClassError>;

    ClassParser(std::string_view pattern, std::size_t position, ClassFlags flags)
        : pattern_(pattern), position_(position), flags_(flags) {}

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
    /// The set with every case of its characters, where case means nothing; before it is negated.
    void fold(icu::UnicodeSet& set) const;
    void skip_blanks();
    [[nodiscard]] char peek(std::size_t offset = 0) const {
        return position_ + offset < pattern_.size() ? pattern_[position_ + offset] : '\0';
    }
    [[nodiscard]] bool at_end() const { return position_ >= pattern_.size(); }

    std::string_view pattern_;
    std::size_t position_;
    ClassFlags flags_;
    int depth_ = 0;
};

/// The set as RE2 understands it: one escaped character, or a bracket of ranges. `last` is the last
/// character of the alphabet.
[[nodiscard]] std::string class_text(const icu::UnicodeSet& set, UChar32 last);

}  // namespace engine::regex
