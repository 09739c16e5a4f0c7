#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "engine/vrl/regex/regex.hpp"

namespace engine::regex {

/// Where the character after the one at `at` begins.
[[nodiscard]] inline std::size_t next_character(std::string_view text, std::size_t at) {
    do {
        ++at;
    } while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xc0) == 0x80);
    return at;
}

/// Appends the text with its first `count` matches (all when negative) replaced by what
/// `replacement(out)` appends; false as soon as that returns false. Matches do not overlap, and an
/// empty one never touches the one before it. `groups` are those of the match being replaced.
template <typename Replacement>
bool replace_matches(std::string_view text, const Regex& pattern,
                     std::span<std::string_view> groups, std::int64_t count, std::string& out,
                     Replacement&& replacement) {
    std::size_t copied = 0;
    std::size_t from = 0;
    bool has_previous = false;
    while (count != 0 && from <= text.size() && pattern.find(text, from, groups)) {
        const auto begin = static_cast<std::size_t>(groups[0].data() - text.data());
        const std::size_t end = begin + groups[0].size();
        if (begin == end && has_previous && begin == copied) {
            from = next_character(text, begin);
            continue;
        }
        out += text.substr(copied, begin - copied);
        if (!replacement(out)) {
            return false;
        }
        copied = end;
        from = begin == end ? next_character(text, end) : end;
        has_previous = true;
        --count;
    }
    out += text.substr(copied);
    return true;
}

}  // namespace engine::regex
