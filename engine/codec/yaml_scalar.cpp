#include "engine/codec/yaml_scalar.hpp"

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <limits>

#include "engine/codec/number_parser.hpp"

namespace engine {

namespace {

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> words) {
    return std::ranges::find(words, text) != words.end();
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

std::string_view without_sign(std::string_view text) {
    return text.substr(text.starts_with('-') || text.starts_with('+') ? 1 : 0);
}

/// `007`: a text.
bool has_leading_zero(std::string_view text) {
    text = without_sign(text);
    return text.size() > 1 && text[0] == '0' && std::ranges::all_of(text, is_digit);
}

std::optional<YamlWide> digits_of(std::string_view digits, unsigned base) {
    YamlWide number = 0;
    for (const char c : digits) {
        const unsigned digit = is_digit(c)         ? static_cast<unsigned>(c - '0')
                               : (c | 0x20) >= 'a' ? static_cast<unsigned>((c | 0x20) - 'a') + 10
                                                   : 36U;
        if (digit >= base || number > (~YamlWide{0} - digit) / base) {
            return std::nullopt;
        }
        number = number * base + digit;
    }
    return digits.empty() ? std::nullopt : std::optional(number);
}

std::optional<YamlInteger> integer_of(std::string_view text) {
    const bool is_negative = text.starts_with('-');
    std::string_view digits = without_sign(text);
    unsigned base = 10;
    for (const auto& [prefix, radix] :
         {std::pair{std::string_view("0x"), 16U}, {"0o", 8U}, {"0b", 2U}}) {
        if (digits.starts_with(prefix)) {
            digits.remove_prefix(2);
            base = radix;
            break;
        }
    }
    if (base == 10 && has_leading_zero(digits)) {
        return std::nullopt;
    }
    const auto magnitude = digits_of(digits, base);
    // Below the range of 128-bit integers a number is a float.
    if (!magnitude || (is_negative && *magnitude > YamlWide{1} << 127)) {
        return std::nullopt;
    }
    return YamlInteger{is_negative, *magnitude};
}

std::optional<double> float_of(std::string_view text) {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    const std::string_view positive = text.substr(text.starts_with('+') ? 1 : 0);
    if (is_one_of(positive, {".inf", ".Inf", ".INF"})) {
        return infinity;
    }
    if (is_one_of(text, {"-.inf", "-.Inf", "-.INF"})) {
        return -infinity;
    }
    if (is_one_of(text, {".nan", ".NaN", ".NAN"})) {
        return std::numeric_limits<double>::quiet_NaN();
    }
    const auto number = parse_decimal(text);
    return number && std::isfinite(*number) ? number : std::nullopt;
}

}  // namespace

YamlScalar resolve_plain_scalar(std::string_view text) {
    if (text.empty() || is_one_of(text, {"~", "null", "Null", "NULL"})) {
        return std::monostate();
    }
    if (is_one_of(text, {"true", "True", "TRUE"})) {
        return true;
    }
    if (is_one_of(text, {"false", "False", "FALSE"})) {
        return false;
    }
    if (const auto integer = integer_of(text)) {
        return *integer;
    }
    if (!has_leading_zero(text)) {
        if (const auto number = float_of(text)) {
            return *number;
        }
    }
    return text;
}

}  // namespace engine
