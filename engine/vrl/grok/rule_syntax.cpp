#include "engine/vrl/grok/rule_syntax.hpp"

#include <absl/strings/ascii.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace engine::vrl {
namespace {

constexpr int most_levels = 16;

bool is_name_character(char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '.' || c == '-' ||
           c == '@';
}

/// Recursive descent; `false` where the text is no element, with `error_` where it is a bad one.
class ElementParser {
public:
    explicit ElementParser(std::string_view text) : text_(text), at_(2) {}

    std::expected<std::optional<RuleElement>, std::string> parse() {
        RuleElement element;
        const bool is_element = parse_function(element.matcher, 0) &&
                                element.matcher.kind == RuleFunction::Kind::Function &&
                                parse_rest(element);
        if (!error_.empty()) {
            return std::unexpected(error_);
        }
        if (!is_element) {
            return std::nullopt;
        }
        element.length = at_;
        return element;
    }

private:
    [[nodiscard]] char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
    bool take(char c) {
        if (peek() != c) {
            return false;
        }
        ++at_;
        return true;
    }
    void skip_space() { at_ = std::min(text_.find_first_not_of(' ', at_), text_.size()); }

    bool parse_rest(RuleElement& element) {
        if (take(':')) {
            const std::size_t end = std::min(text_.find_first_of(":}", at_), text_.size());
            element.destination = std::string(text_.substr(at_, end - at_));
            at_ = end;
            if (take(':') && !parse_function(element.filter.emplace(), 0)) {
                return false;
            }
        }
        return take('}');
    }

    bool parse_function(RuleFunction& function, int level) {
        const std::size_t begin = at_;
        while (is_name_character(peek())) {
            ++at_;
        }
        function.name = text_.substr(begin, at_ - begin);
        if (function.name.empty() || level > most_levels) {
            return false;
        }
        if (!take('(')) {
            return true;
        }
        skip_space();
        while (!take(')')) {
            if (!parse_argument(function.arguments.emplace_back(), level + 1)) {
                return false;
            }
            skip_space();
            if (take(',')) {
                skip_space();
            } else if (peek() != ')') {
                return false;
            }
        }
        return true;
    }

    bool parse_argument(RuleFunction& argument, int level) {
        if (peek() == '"') {
            argument.kind = RuleFunction::Kind::Text;
            return parse_text(argument.name);
        }
        const char* end = text_.data() + text_.size();
        const auto [after, error] = std::from_chars(text_.data() + at_, end, argument.number);
        if (error == std::errc() && peek() != 'i' && peek() != 'n') {  // not `inf` and `nan…`
            argument.kind = RuleFunction::Kind::Number;
            at_ = static_cast<std::size_t>(after - text_.data());
            return true;
        }
        argument.number = 0;
        if (!parse_function(argument, level)) {
            return false;
        }
        if (argument.name == "null") {
            argument.kind = RuleFunction::Kind::Null;
        }
        return true;
    }

    bool parse_text(std::string& text) {
        const std::size_t begin = at_ + 1;
        std::size_t end = begin;
        bool is_valid = true;
        for (; end < text_.size() && text_[end] != '"'; ++end) {
            if (text_[end] != static_cast<char>(0x5c)) {
                text += text_[end];
                continue;
            }
            ++end;
            constexpr std::string_view escapes = "\\\"'nrt0";
            constexpr std::string_view meanings("\\\"'\n\r\t\0", 7);
            const std::size_t known =
                end < text_.size() ? escapes.find(text_[end]) : std::string_view::npos;
            is_valid = is_valid && known != std::string_view::npos;
            text += known == std::string_view::npos ? ' ' : meanings[known];
        }
        if (end >= text_.size()) {
            return false;
        }
        at_ = end + 1;
        if (!is_valid) {
            const std::size_t close = std::min(text_.find('}', at_), text_.size() - 1);
            error_ =
                fmt::format("failed to parse grok expression '{}': invalid escape literal '{}'",
                            text_.substr(0, close + 1), text_.substr(begin, end - begin));
        }
        return is_valid;
    }

    std::string_view text_;
    std::size_t at_;
    std::string error_;
};

}  // namespace

std::expected<std::optional<RuleElement>, std::string> parse_rule_element(std::string_view text) {
    return ElementParser(text).parse();
}

}  // namespace engine::vrl
