#include "engine/vrl/text/json_cursor.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "engine/codec/json_parser.hpp"

namespace engine::vrl {

void JsonCursor::skip_space() {
    at_ = std::min(text_.find_first_not_of(" \t\r\n", at_), text_.size());
}

bool JsonCursor::enter() {
    ++at_;
    skip_space();
    if (peek() != ']' && peek() != '}') {
        return true;
    }
    ++at_;
    return false;
}

bool JsonCursor::next() {
    skip_space();
    const bool has_more = peek() == ',';
    ++at_;
    if (has_more) {
        skip_space();
    }
    return has_more;
}

void JsonCursor::enter_value() {
    skip_space();
    ++at_;
    skip_space();
}

void JsonCursor::skip_string() {
    for (++at_; peek() != '"'; ++at_) {
        at_ += peek() == static_cast<char>(0x5c) ? 1U : 0U;
    }
    ++at_;
}

std::string_view JsonCursor::string(Arena& arena) {
    const std::size_t begin = at_ + 1;
    skip_string();
    const std::string_view escaped = text_.substr(begin, at_ - 1 - begin);
    if (escaped.find(static_cast<char>(0x5c)) == std::string_view::npos) {
        return escaped;
    }
    std::string plain(escaped.size(), '\0');
    const char* end = unescape_json(escaped, plain.data());
    return end == nullptr
               ? std::string_view()
               : arena.copy({plain.data(), static_cast<std::size_t>(end - plain.data())});
}

std::string_view JsonCursor::scalar() const {
    return text_.substr(at_, text_.find_first_of(" \t\r\n,]}", at_) - at_);
}

std::optional<std::int64_t> JsonCursor::integer() {
    const std::string_view text = scalar();
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size()) {
        return std::nullopt;
    }
    at_ += text.size();
    return number;
}

std::string_view JsonCursor::skip_value() {
    const std::size_t begin = at_;
    std::size_t depth = 0;
    do {
        const char c = peek();
        if (c == '"') {
            skip_string();
        } else if (c == '{' || c == '[') {
            ++depth;
            ++at_;
        } else if (c == '}' || c == ']') {
            --depth;
            ++at_;
        } else if (c == ',' || c == ':') {
            ++at_;
        } else {
            at_ += scalar().size();
        }
        if (depth > 0) {
            skip_space();
        }
    } while (depth > 0);
    return text_.substr(begin, at_ - begin);
}

std::string JsonCursor::describe_value() {
    const char first = peek();
    if (first == '{' || first == '[') {
        ++at_;
        return first == '{' ? "map" : "sequence";
    }
    const std::string_view text = skip_value();
    if (first == '"') {
        return fmt::format("string {}", text);
    }
    if (text == "null") {
        return "null";
    }
    if (text == "true" || text == "false") {
        return fmt::format("boolean `{}`", text);
    }
    return fmt::format(
        "{} `{}`",
        text.find_first_of(".eE") == std::string_view::npos ? "integer" : "floating point", text);
}

std::pair<std::size_t, std::size_t> JsonCursor::place() const {
    const std::string_view before = text_.substr(0, at_);
    const std::size_t newline = before.rfind('\n');
    return {static_cast<std::size_t>(std::ranges::count(before, '\n')) + 1,
            newline == std::string_view::npos ? at_ : at_ - newline - 1};
}

}  // namespace engine::vrl
