#include "engine/vrl/display.hpp"

#include <absl/time/civil_time.h>
#include <absl/time/time.h>
#include <fmt/format.h>

#include <charconv>
#include <cmath>

#include "engine/codec/utf8.hpp"
#include "engine/event/shape.hpp"
#include "engine/vrl/regex/regex.hpp"

namespace engine::vrl {

namespace {

/// Length of the well-formed sequence at `position`, 0 when there is none; `skipped` is then how
/// many bytes one replacement character stands for.
std::size_t sequence_length(std::string_view bytes, std::size_t position, std::size_t& skipped) {
    const auto at = [&](std::size_t offset) {
        return position + offset < bytes.size()
                   ? static_cast<unsigned char>(bytes[position + offset])
                   : 0U;
    };
    const unsigned lead = at(0);
    skipped = 1;
    if (lead < 0x80) {
        return 1;
    }
    const std::size_t length = lead >= 0xf0 && lead <= 0xf4   ? 4
                               : lead >= 0xe0 && lead <= 0xef ? 3
                               : lead >= 0xc2 && lead <= 0xdf ? 2
                                                              : 0;
    if (length == 0) {
        return 0;
    }
    const unsigned low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
    const unsigned high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
    if (at(1) < low || at(1) > high) {
        return 0;
    }
    for (std::size_t i = 2; i < length; ++i) {
        if ((at(i) & 0xc0) != 0x80) {
            skipped = i;
            return 0;
        }
    }
    return length;
}

void append_text(std::string_view text, std::string& out) {
    std::string buffer;
    out += '"';
    for (const char c : utf8_lossy(text, buffer)) {
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (c == '\n') {
            out += "\\n";
        } else {
            out += c;
        }
    }
    out += '"';
}

}  // namespace

std::string_view utf8_lossy(std::string_view bytes, std::string& buffer) {
    if (is_utf8(bytes)) {
        return bytes;
    }
    std::size_t position = utf8_prefix(bytes);
    std::size_t skipped = 0;
    buffer.assign(bytes.substr(0, position));
    while (position < bytes.size()) {
        const std::size_t length = sequence_length(bytes, position, skipped);
        if (length == 0) {
            buffer += "\xef\xbf\xbd";
            position += skipped;
        } else {
            buffer.append(bytes.substr(position, length));
            position += length;
        }
    }
    return buffer;
}

void append_float(double value, std::string& out) {
    if (std::isinf(value)) {
        out += value < 0 ? "-inf" : "inf";
        return;
    }
    // The shortest digits that read back as the same number, then zeros: never an exponent.
    char buffer[32];
    const auto [end, error] =
        std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::scientific);
    std::string_view text(buffer, static_cast<std::size_t>(end - buffer));
    if (text.starts_with('-')) {
        out += '-';
        text.remove_prefix(1);
    }
    const std::size_t mark = text.find('e');
    int exponent = 0;
    const bool negative = text[mark + 1] == '-';
    std::from_chars(text.data() + mark + 2, text.data() + text.size(), exponent);
    std::string digits(1, text[0]);
    if (mark > 2) {
        digits += text.substr(2, mark - 2);
    }
    const auto count = static_cast<int>(digits.size());
    if (negative && exponent > 0) {
        out += "0." + std::string(static_cast<std::size_t>(exponent - 1), '0') + digits;
    } else if (exponent + 1 >= count) {
        out += digits + std::string(static_cast<std::size_t>(exponent + 1 - count), '0');
    } else {
        out.append(digits, 0, static_cast<std::size_t>(exponent + 1));
        out += '.';
        out.append(digits, static_cast<std::size_t>(exponent + 1));
    }
}

void append_timestamp(Timestamp value, std::string& out) {
    // Nanoseconds from a whole second on belong to a leap second.
    const int leap = value.nanoseconds >= 1'000'000'000 ? 1 : 0;
    value.nanoseconds -= leap != 0 ? 1'000'000'000 : 0;
    // std::chrono's years have 16 bits only.
    const auto time =
        absl::ToCivilSecond(absl::FromUnixSeconds(value.seconds), absl::UTCTimeZone());
    const std::int64_t year = time.year();
    fmt::format_to(std::back_inserter(out), "{}{:04}-{:02}-{:02}T{:02}:{:02}:{:02}",
                   year > 9999 ? "+"
                   : year < 0  ? "-"
                               : "",
                   year < 0 ? -year : year, time.month(), time.day(), time.hour(), time.minute(),
                   time.second() + leap);
    const std::uint32_t nanoseconds = value.nanoseconds;
    if (nanoseconds == 0) {
        out += 'Z';
    } else if (nanoseconds % 1'000'000 == 0) {
        fmt::format_to(std::back_inserter(out), ".{:03}Z", nanoseconds / 1'000'000);
    } else if (nanoseconds % 1'000 == 0) {
        fmt::format_to(std::back_inserter(out), ".{:06}Z", nanoseconds / 1'000);
    } else {
        fmt::format_to(std::back_inserter(out), ".{:09}Z", nanoseconds);
    }
}

void display(const Value& value, std::string& out) {
    switch (value.kind()) {
        case ValueKind::Null:
            out += "null";
            return;
        case ValueKind::Boolean:
            out += value.as_boolean() ? "true" : "false";
            return;
        case ValueKind::Integer:
            fmt::format_to(std::back_inserter(out), "{}", value.as_integer());
            return;
        case ValueKind::Float:
            append_float(value.as_float(), out);
            return;
        case ValueKind::Bytes:
            append_text(value.as_bytes(), out);
            return;
        case ValueKind::Timestamp:
            out += "t'";
            append_timestamp(value.as_timestamp(), out);
            out += '\'';
            return;
        case ValueKind::Regex:
            out += "r'" + value.as_regex().pattern() + "'";
            return;
        case ValueKind::Array: {
            out += '[';
            std::string_view separator;
            for (const Value& item : value.as_array().view()) {
                out += separator;
                separator = ", ";
                display(item, out);
            }
            out += ']';
            return;
        }
        case ValueKind::Object: {
            const ObjectNode& object = value.as_object();
            out += "{ ";
            for (std::uint32_t i = 0; i < object.size(); ++i) {
                out += i == 0 ? "\"" : ", \"";
                out += object.shape->key(i);
                out += "\": ";
                display(object.values[i], out);
            }
            out += " }";
            return;
        }
    }
}

std::string display(const Value& value) {
    std::string text;
    display(value, text);
    return text;
}

}  // namespace engine::vrl
