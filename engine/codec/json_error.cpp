#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdlib>

#include "engine/codec/json_parser.hpp"
#include "engine/codec/utf8.hpp"

namespace engine {

namespace {

/// Reads JSON the way the reference's parser does, one byte after the other, to find out where and
/// why that one stops. Errors lie either behind what was consumed (`fail_here`) or at the byte that
/// was looked at (`fail_at_next`); the column differs by one.
class JsonErrorFinder {
public:
    explicit JsonErrorFinder(std::string_view text) : text_(text) {}

    std::string find() {
        if (value()) {
            skip_space();
            if (position_ < text_.size()) {
                fail_at_next("trailing characters");
            }
        }
        return error_;
    }

private:
    bool fail(std::string_view why, std::size_t position) {
        const std::string_view before = text_.substr(0, position);
        std::size_t line = 1;
        std::size_t line_begin = 0;
        for (std::size_t i = 0; i < before.size(); ++i) {
            if (before[i] == '\n') {
                ++line;
                line_begin = i + 1;
            }
        }
        error_ =
            fmt::format("Error(\"{}\", line: {}, column: {})", why, line, position - line_begin);
        return false;
    }
    bool fail_here(std::string_view why) { return fail(why, position_); }
    bool fail_at_next(std::string_view why) {
        return fail(why, std::min(text_.size(), position_ + 1));
    }

    [[nodiscard]] bool at_end() const { return position_ == text_.size(); }
    [[nodiscard]] char next() const { return text_[position_]; }
    [[nodiscard]] bool at_digit() const { return !at_end() && next() >= '0' && next() <= '9'; }
    void skip_space() {
        while (!at_end() && (next() == ' ' || next() == '\n' || next() == '\t' || next() == '\r')) {
            ++position_;
        }
    }

    bool value() {
        skip_space();
        if (at_end()) {
            return fail_at_next("EOF while parsing a value");
        }
        switch (next()) {
            case 'n':
                return word("null");
            case 't':
                return word("true");
            case 'f':
                return word("false");
            case '"':
                ++position_;
                return string();
            case '[':
                return nested(&JsonErrorFinder::array);
            case '{':
                return nested(&JsonErrorFinder::object);
            default:
                return next() == '-' || at_digit() ? number() : fail_at_next("expected value");
        }
    }

    bool nested(bool (JsonErrorFinder::*container)()) {
        if (depth_ == 127) {
            return fail_at_next("recursion limit exceeded");
        }
        ++depth_;
        ++position_;
        const bool good = (this->*container)();
        --depth_;
        return good;
    }

    bool word(std::string_view expected) {
        ++position_;
        for (const char c : expected.substr(1)) {
            if (at_end()) {
                return fail_here("EOF while parsing a value");
            }
            ++position_;
            if (text_[position_ - 1] != c) {
                return fail_here("expected ident");
            }
        }
        return true;
    }

    bool array() {
        for (bool first = true;; first = false) {
            skip_space();
            if (at_end()) {
                return fail_at_next("EOF while parsing a list");
            }
            if (next() == ']') {
                ++position_;
                return true;
            }
            if (!first) {
                if (next() != ',') {
                    return fail_at_next("expected `,` or `]`");
                }
                ++position_;
                skip_space();
                if (at_end()) {
                    return fail_at_next("EOF while parsing a value");
                }
                if (next() == ']') {
                    return fail_at_next("trailing comma");
                }
            }
            if (!value()) {
                return false;
            }
        }
    }

    bool object() {
        for (bool first = true;; first = false) {
            skip_space();
            if (at_end()) {
                return fail_at_next("EOF while parsing an object");
            }
            if (next() == '}') {
                ++position_;
                return true;
            }
            if (!first) {
                if (next() != ',') {
                    return fail_at_next("expected `,` or `}`");
                }
                ++position_;
                skip_space();
                if (at_end()) {
                    return fail_at_next("EOF while parsing a value");
                }
                if (next() == '}') {
                    return fail_at_next("trailing comma");
                }
            }
            if (next() != '"') {
                return fail_at_next("key must be a string");
            }
            ++position_;
            if (!string() || !colon() || !value()) {
                return false;
            }
        }
    }

    bool colon() {
        skip_space();
        if (at_end()) {
            return fail_at_next("EOF while parsing an object");
        }
        if (next() != ':') {
            return fail_at_next("expected `:`");
        }
        ++position_;
        return true;
    }

    bool string() {
        const std::size_t begin = position_;
        while (true) {
            if (at_end()) {
                return fail_here("EOF while parsing a string");
            }
            const char c = next();
            ++position_;
            if (c == '"') {
                return is_utf8(text_.substr(begin, position_ - 1 - begin)) ||
                       fail_here("invalid unicode code point");
            }
            if (c == '\\' && !escape()) {
                return false;
            }
            if (static_cast<unsigned char>(c) < 0x20) {
                return fail_here(
                    "control character (\\\\u0000-\\\\u001F) found while parsing a string");
            }
        }
    }

    bool escape() {
        if (at_end()) {
            return fail_here("EOF while parsing a string");
        }
        const char kind = next();
        ++position_;
        if (kind == 'u') {
            return unicode_escape();
        }
        return std::string_view("\"\\/bfnrt").find(kind) != std::string_view::npos ||
               fail_here("invalid escape");
    }

    bool code_unit(std::uint32_t& unit) {
        if (text_.size() - position_ < 4) {
            position_ = text_.size();
            return fail_here("EOF while parsing a string");
        }
        const char* begin = text_.data() + position_;
        position_ += 4;
        const auto [end, error] = std::from_chars(begin, begin + 4, unit, 16);
        return (error == std::errc{} && end == begin + 4) || fail_here("invalid escape");
    }

    bool unicode_escape() {
        std::uint32_t unit = 0;
        if (!code_unit(unit)) {
            return false;
        }
        if (unit >= 0xdc00 && unit <= 0xdfff) {
            return fail_here("lone leading surrogate in hex escape");
        }
        if (unit < 0xd800 || unit > 0xdbff) {
            return true;
        }
        for (const char expected : {'\\', 'u'}) {
            if (at_end()) {
                return fail_here("EOF while parsing a string");
            }
            ++position_;
            if (text_[position_ - 1] != expected) {
                return fail_here("unexpected end of hex escape");
            }
        }
        if (!code_unit(unit)) {
            return false;
        }
        return (unit >= 0xdc00 && unit <= 0xdfff) ||
               fail_here("lone leading surrogate in hex escape");
    }

    bool digits() {
        if (at_end()) {
            return fail_here("EOF while parsing a value");
        }
        if (!at_digit()) {
            ++position_;
            return fail_here("invalid number");
        }
        while (at_digit()) {
            ++position_;
        }
        return true;
    }

    bool number() {
        const std::size_t begin = position_;
        if (next() == '-') {
            ++position_;
        }
        if (!at_end() && next() == '0') {
            ++position_;
            if (at_digit()) {
                return fail_at_next("invalid number");
            }
        } else if (!digits()) {
            return false;
        }
        if (!at_end() && next() == '.') {
            ++position_;
            if (!at_end() && !at_digit()) {
                return fail_at_next("invalid number");
            }
            if (!digits()) {
                return false;
            }
        }
        if (!at_end() && (next() == 'e' || next() == 'E')) {
            ++position_;
            if (!at_end() && (next() == '+' || next() == '-')) {
                ++position_;
            }
            if (!digits()) {
                return false;
            }
        }
        const std::string digits(text_.substr(begin, position_ - begin));
        return !std::isinf(std::strtod(digits.c_str(), nullptr)) ||
               fail_here("number out of range");
    }

    std::string_view text_;
    std::size_t position_ = 0;
    std::size_t depth_ = 0;
    std::string error_;
};

}  // namespace

std::string describe_json_error(std::string_view text) {
    return JsonErrorFinder(text).find();
}

std::string plain_json_error(std::string_view error) {
    const std::size_t begin = error.find("(\"");
    const std::size_t end = error.rfind("\", line: ");
    if (begin == std::string_view::npos || end == std::string_view::npos) {
        return std::string(error);
    }
    std::string_view where = error.substr(end + 9);
    where = where.substr(0, where.find(')'));
    const std::size_t comma = where.find(", column: ");
    std::string text;
    for (std::size_t i = begin + 2; i < end; ++i) {
        i += error[i] == '\\' ? 1 : 0;
        text += error[i];
    }
    return fmt::format("{} at line {} column {}", text, where.substr(0, comma),
                       where.substr(comma + 10));
}

}  // namespace engine
