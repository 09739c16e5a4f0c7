#include <cstdint>
#include <cstring>

#include "engine/codec/json_parser.hpp"

namespace engine {

namespace {

int hex_digit(char c) {
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    if (c >= 'a' && c <= 'f') {
        return c - 'a' + 10;
    }
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/// Four hex digits; negative when they are not.
int code_unit(std::string_view text) {
    if (text.size() < 4) {
        return -1;
    }
    int unit = 0;
    for (std::size_t i = 0; i < 4; ++i) {
        const int digit = hex_digit(text[i]);
        if (digit < 0) {
            return -1;
        }
        unit = unit * 16 + digit;
    }
    return unit;
}

char* write_utf8(std::uint32_t code_point, char* out) {
    const auto put = [&](std::uint32_t byte) { *out++ = static_cast<char>(byte); };
    if (code_point < 0x80) {
        put(code_point);
    } else if (code_point < 0x800) {
        put(0xc0 | (code_point >> 6));
        put(0x80 | (code_point & 0x3f));
    } else if (code_point < 0x10000) {
        put(0xe0 | (code_point >> 12));
        put(0x80 | ((code_point >> 6) & 0x3f));
        put(0x80 | (code_point & 0x3f));
    } else {
        put(0xf0 | (code_point >> 18));
        put(0x80 | ((code_point >> 12) & 0x3f));
        put(0x80 | ((code_point >> 6) & 0x3f));
        put(0x80 | (code_point & 0x3f));
    }
    return out;
}

/// The character of `\uXXXX` or of a surrogate pair of them, taken from the front of what follows
/// `\u`; null for a lone surrogate.
char* unescape_unicode(std::string_view& rest, char* out) {
    const int unit = code_unit(rest);
    if (unit < 0 || (unit >= 0xdc00 && unit <= 0xdfff)) {
        return nullptr;
    }
    rest.remove_prefix(4);
    auto code_point = static_cast<std::uint32_t>(unit);
    if (unit >= 0xd800 && unit <= 0xdbff) {
        if (!rest.starts_with("\\u")) {
            return nullptr;
        }
        const int low = code_unit(rest.substr(2));
        if (low < 0xdc00 || low > 0xdfff) {
            return nullptr;
        }
        rest.remove_prefix(6);
        code_point =
            0x10000 + ((code_point - 0xd800) << 10) + (static_cast<std::uint32_t>(low) - 0xdc00);
    }
    return write_utf8(code_point, out);
}

char simple_escape(char c) {
    switch (c) {
        case '"':
        case '\\':
        case '/':
            return c;
        case 'b':
            return '\b';
        case 'f':
            return '\f';
        case 'n':
            return '\n';
        case 'r':
            return '\r';
        case 't':
            return '\t';
        default:
            return '\0';
    }
}

}  // namespace

char* unescape_json(std::string_view escaped, char* out) {
    while (true) {
        const std::size_t plain = std::min(escaped.find('\\'), escaped.size());
        std::memcpy(out, escaped.data(), plain);
        out += plain;
        escaped.remove_prefix(plain);
        if (escaped.empty()) {
            return out;
        }
        if (escaped.size() < 2) {
            return nullptr;
        }
        const char kind = escaped[1];
        escaped.remove_prefix(2);
        if (kind == 'u') {
            out = unescape_unicode(escaped, out);
            if (out == nullptr) {
                return nullptr;
            }
        } else {
            const char c = simple_escape(kind);
            if (c == '\0') {
                return nullptr;
            }
            *out++ = c;
        }
    }
}

}  // namespace engine
