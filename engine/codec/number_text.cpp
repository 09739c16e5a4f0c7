#include "engine/codec/number_text.hpp"

#include <charconv>
#include <cmath>
#include <cstring>

namespace engine {

namespace {

template <typename T>
void write_with_to_chars(T value, ByteBuffer& out) {
    constexpr std::size_t longest = 24;
    char* begin = out.room(longest);
    out.commit_to(std::to_chars(begin, begin + longest, value).ptr);
}

/// Whether a float in a range where neither text has an exponent is whole.
bool is_small_whole(double value) {
    return std::abs(value) < 1e15 && value == std::trunc(value);
}

void write_sign_of_zero(double value, ByteBuffer& out) {
    if (value == 0 && std::signbit(value)) {
        out.push_back('-');
    }
}

}  // namespace

void write_integer(std::int64_t value, ByteBuffer& out) {
    write_with_to_chars(value, out);
}

void write_unsigned(std::uint64_t value, ByteBuffer& out) {
    write_with_to_chars(value, out);
}

void write_json_float(double value, ByteBuffer& out) {
    if (!std::isfinite(value)) {
        out.append("null");
        return;
    }
    if (is_small_whole(value)) {
        write_sign_of_zero(value, out);
        write_integer(static_cast<std::int64_t>(value), out);
        out.append(".0");
        return;
    }
    const double magnitude = std::abs(value);
    constexpr std::size_t longest = 40;
    char* begin = out.room(longest);
    // The bounds between which the reference's number formatting writes no exponent.
    if (magnitude >= 1e-5 && magnitude < 1e16) {
        char* end = std::to_chars(begin, begin + longest, value, std::chars_format::fixed).ptr;
        if (std::memchr(begin, '.', static_cast<std::size_t>(end - begin)) == nullptr) {
            *end++ = '.';
            *end++ = '0';
        }
        out.commit_to(end);
        return;
    }
    char* end = std::to_chars(begin, begin + longest, value, std::chars_format::scientific).ptr;
    // Exponents of one digit have no leading zero: 1e-06 becomes 1e-6.
    char* exponent = end - 1;
    while (*exponent != 'e') {
        --exponent;
    }
    exponent += 2;
    if (*exponent == '0') {
        std::memmove(exponent, exponent + 1, static_cast<std::size_t>(end - exponent - 1));
        --end;
    }
    out.commit_to(end);
}

void write_plain_float(double value, ByteBuffer& out) {
    if (!std::isfinite(value)) {
        out.append(std::isnan(value) ? "NaN" : value < 0 ? "-inf" : "inf");
        return;
    }
    if (is_small_whole(value)) {
        write_sign_of_zero(value, out);
        write_integer(static_cast<std::int64_t>(value), out);
        return;
    }
    // The digits are the shortest ones, with zeros for what lies beyond their precision;
    // std::to_chars would print large numbers exactly.
    char digits[32];
    char* end =
        std::to_chars(digits, digits + sizeof digits, value, std::chars_format::scientific).ptr;
    const char* next = digits;
    if (*next == '-') {
        out.push_back('-');
        ++next;
    }
    char significant[20];
    std::size_t count = 0;
    for (; *next != 'e'; ++next) {
        if (*next != '.') {
            significant[count++] = *next;
        }
    }
    next += next[1] == '+' ? 2 : 1;
    int exponent = 0;
    std::from_chars(next, end, exponent);
    const std::string_view all(significant, count);
    if (exponent < 0) {
        out.append("0.");
        out.append(static_cast<std::size_t>(-exponent - 1), '0');
        out.append(all);
        return;
    }
    const std::size_t whole = static_cast<std::size_t>(exponent) + 1;
    if (count <= whole) {
        out.append(all);
        out.append(whole - count, '0');
    } else {
        out.append(all.substr(0, whole));
        out.push_back('.');
        out.append(all.substr(whole));
    }
}

}  // namespace engine
