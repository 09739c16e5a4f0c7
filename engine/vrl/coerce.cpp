#include "engine/vrl/coerce.hpp"

#include <absl/strings/ascii.h>

#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <string>

#include "engine/vrl/display.hpp"
#include "engine/vrl/type.hpp"

namespace engine::vrl {

namespace {

Value no_conversion(const Value& value, std::string_view to, Context& context) {
    return context.failf("unable to coerce {} into {}", Type::of(value).describe(), to);
}

Value parse_integer(std::string_view text, Context& context) {
    std::string_view digits = text;
    if (digits.starts_with('+') && digits.size() > 1 && digits[1] != '-') {
        digits.remove_prefix(1);
    }
    std::int64_t number = 0;
    const char* end = digits.data() + digits.size();
    const auto [stop, error] = std::from_chars(digits.data(), end, number);
    if (error == std::errc{} && stop == end) {
        return Value::integer(number);
    }
    std::string_view why = "invalid digit found in string";
    if (text.empty()) {
        why = "cannot parse integer from empty string";
    } else if (error == std::errc::result_out_of_range && stop == end) {
        why = text.starts_with('-') ? "number too small to fit in target type"
                                    : "number too large to fit in target type";
    }
    return context.failf("Invalid integer \"{}\": {}", text, why);
}

Value parse_float(std::string_view text, Context& context) {
    std::string_view digits = text;
    if (digits.starts_with('+') && digits.size() > 1 && digits[1] != '-') {
        digits.remove_prefix(1);
    }
    double number = 0;
    const char* end = digits.data() + digits.size();
    const auto [stop, error] = std::from_chars(digits.data(), end, number);
    if (text.empty() || stop != end || error == std::errc::invalid_argument) {
        return context.failf(
            "Invalid floating point number \"{}\": {}", text,
            text.empty() ? "cannot parse float from empty string" : "invalid float literal");
    }
    if (error == std::errc::result_out_of_range) {
        const bool tiny = text.find("e-") != text.npos || text.find("E-") != text.npos;
        number = tiny ? 0 : std::numeric_limits<double>::infinity();
        number = text.starts_with('-') ? -number : number;
    }
    return std::isnan(number) ? context.failf("NaN number not supported \"{}\"", text)
                              : Value::floating(number);
}

std::int64_t saturated(double value) {
    constexpr double limit = 9223372036854775808.0;
    if (value >= limit) {
        return std::numeric_limits<std::int64_t>::max();
    }
    return value <= -limit ? std::numeric_limits<std::int64_t>::min()
                           : static_cast<std::int64_t>(value);
}

Value parse_boolean(std::string_view text, Context& context) {
    const std::string word = absl::AsciiStrToLower({text.data(), text.size()});
    for (const std::string_view yes : {"true", "t", "yes", "y", "1"}) {
        if (word == yes) {
            return Value::boolean(true);
        }
    }
    for (const std::string_view no : {"false", "f", "no", "n", "0"}) {
        if (word == no) {
            return Value::boolean(false);
        }
    }
    std::int64_t number = 0;
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, number);
    if (error == std::errc{} && stop == end) {
        return Value::boolean(number != 0);
    }
    return context.failf("Invalid boolean value \"{}\"", text);
}

}  // namespace

Value to_int(const Value& value, Context& context) {
    switch (value.kind()) {
        case ValueKind::Integer:
            return value;
        case ValueKind::Float:
            return Value::integer(saturated(value.as_float()));
        case ValueKind::Boolean:
            return Value::integer(value.as_boolean() ? 1 : 0);
        case ValueKind::Null:
            return Value::integer(0);
        case ValueKind::Bytes:
            return parse_integer(value.as_bytes(), context);
        case ValueKind::Timestamp:
            return Value::integer(value.as_timestamp().seconds);
        default:
            return no_conversion(value, "integer", context);
    }
}

Value to_float(const Value& value, Context& context) {
    switch (value.kind()) {
        case ValueKind::Integer:
            return Value::floating(static_cast<double>(value.as_integer()));
        case ValueKind::Float:
            return value;
        case ValueKind::Boolean:
            return Value::floating(value.as_boolean() ? 1 : 0);
        case ValueKind::Null:
            return Value::floating(0);
        case ValueKind::Bytes:
            return parse_float(value.as_bytes(), context);
        case ValueKind::Timestamp: {
            // Whole microseconds, as the reference divides them.
            const Timestamp time = value.as_timestamp();
            return Value::floating(static_cast<double>(time.seconds) +
                                   static_cast<double>(time.nanoseconds) / 1e9);
        }
        default:
            return no_conversion(value, "float", context);
    }
}

Value to_bool(const Value& value, Context& context) {
    switch (value.kind()) {
        case ValueKind::Integer:
            return Value::boolean(value.as_integer() != 0);
        case ValueKind::Float:
            return Value::boolean(value.as_float() != 0);
        case ValueKind::Boolean:
            return value;
        case ValueKind::Null:
            return Value::boolean(false);
        case ValueKind::Bytes:
            return parse_boolean(value.as_bytes(), context);
        default:
            return no_conversion(value, "boolean", context);
    }
}

Value to_string(const Value& value, Context& context) {
    std::string text;
    switch (value.kind()) {
        case ValueKind::Bytes:
            return value;
        case ValueKind::Null:
            return Value::bytes({});
        case ValueKind::Integer:
        case ValueKind::Boolean:
        case ValueKind::Float:
            display(value, text);
            break;
        case ValueKind::Timestamp:
            append_timestamp(value.as_timestamp(), text);
            break;
        default:
            return no_conversion(value, "string", context);
    }
    return Value::copy_of(text, context.arena());
}

}  // namespace engine::vrl
