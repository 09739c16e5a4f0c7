#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace engine::regex {

/// The same expression for RE2, and the names of its groups (0 is the whole match).
struct Translation {
    std::string pattern;
    std::vector<std::string> group_names;
    /// What matches the same in texts of ASCII alone, over an alphabet of single bytes: RE2 is two
    /// to ten times as fast with it. Empty where the expression itself has other characters.
    std::string ascii_pattern;
    /// Whether it looks for boundaries of words, which RE2 finds in ASCII texts only.
    bool has_word_boundary = false;
};

/// Parses Rust-regex syntax. RE2 refuses `(?<n>…)` and `(?x)`, misreads nested and intersected
/// classes, and knows `\d`, `\w`, `\s` and `\b` for ASCII only: all that is written out for it.
/// The error is the reference's text.
[[nodiscard]] std::expected<Translation, std::string> translate(std::string_view pattern);

}  // namespace engine::regex
