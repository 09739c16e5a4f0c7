#include "engine/vrl/grok/key_value_filter.hpp"

#include <absl/strings/ascii.h>

#include <algorithm>

namespace engine::vrl {
namespace {

bool is_word_character(char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || (c & 0x80) != 0 || c == '_' ||
           c == '.' || c == '-' || c == '@';
}

std::size_t word_length(std::string_view text, std::string_view more) {
    const auto end = std::ranges::find_if_not(text, [&](char c) {
        return is_word_character(c) || more.find(c) != std::string_view::npos;
    });
    return static_cast<std::size_t>(end - text.begin());
}

std::string_view without_quotes(std::string_view text, std::string_view quotes) {
    return text.size() >= 2 && text.front() == quotes[0] && text.back() == quotes[1]
               ? text.substr(1, text.size() - 2)
               : text;
}

/// Bytes that the text in these quotes takes, 0 where it does not begin with one.
std::size_t quoted_length(std::string_view text, const KeyValueSyntax& syntax) {
    for (const std::string& quotes : syntax.quotes) {
        if (text.starts_with(quotes[0])) {
            const std::size_t close = text.find(quotes[1], 1);
            return close == std::string_view::npos ? 0 : close + 1;
        }
    }
    return 0;
}

std::string_view unquoted(std::string_view text, const KeyValueSyntax& syntax) {
    for (const std::string& quotes : syntax.quotes) {
        if (const std::string_view inside = without_quotes(text, quotes);
            inside.size() < text.size()) {
            return inside;
        }
    }
    return text;
}

}  // namespace

std::vector<std::pair<std::string_view, std::string_view>> find_pairs(
    std::string_view text, const KeyValueSyntax& syntax) {
    std::vector<std::pair<std::string_view, std::string_view>> pairs;
    const auto is_delimiter = [&](char c) {
        return c == ' ' || syntax.delimiters.find(c) != std::string::npos;
    };
    while (!text.empty()) {
        if (is_delimiter(text.front())) {
            text.remove_prefix(1);
            continue;
        }
        std::size_t key_size = quoted_length(text, syntax);
        key_size = key_size == 0 ? word_length(text, {}) : key_size;
        const std::string_view key = text.substr(0, key_size);
        std::string_view rest = text.substr(key_size);
        if (!key.empty() && rest.starts_with(syntax.separator)) {
            rest.remove_prefix(syntax.separator.size());
            std::size_t size = quoted_length(rest, syntax);
            size = size == 0 ? word_length(rest, syntax.value_characters) : size;
            const bool is_whole = size == rest.size() || is_delimiter(rest[size]);
            const std::string_view value = unquoted(rest.substr(0, size), syntax);
            if (is_whole && !value.empty()) {
                pairs.emplace_back(unquoted(key, syntax), value);
            }
            rest.remove_prefix(size);
        }
        // On to the next delimiter; every byte is passed once.
        const auto next = std::ranges::find_if(rest, is_delimiter);
        text = rest.substr(static_cast<std::size_t>(next - rest.begin()));
    }
    return pairs;
}

}  // namespace engine::vrl
