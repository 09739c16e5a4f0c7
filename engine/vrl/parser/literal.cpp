#include "engine/vrl/parser/literal.hpp"

#include <charconv>
#include <limits>

#include <fmt/format.h>

#include "engine/diagnostic/character.hpp"

namespace engine::vrl {
namespace {

std::string without_underscores(std::string_view text) {
    std::string digits(text);
    std::erase(digits, '_');
    return digits;
}

/// Result of reading one escape sequence.
struct Escape {
    std::string text;
    /// Past its end when it is valid; at the offending character of an unknown one.
    std::size_t end = 0;
    enum class State { Valid, UnknownCharacter, InvalidUnicode } state = State::Valid;
};

bool is_space(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\v' || c == '\f';
}

void append_utf8(std::string& out, std::uint32_t code_point) {
    const auto tail = [&](unsigned shift) {
        out += static_cast<char>(0x80 | ((code_point >> shift) & 0x3F));
    };
    if (code_point < 0x80) {
        out += static_cast<char>(code_point);
    } else if (code_point < 0x800) {
        out += static_cast<char>(0xC0 | (code_point >> 6));
        tail(0);
    } else if (code_point < 0x10000) {
        out += static_cast<char>(0xE0 | (code_point >> 12));
        tail(6);
        tail(0);
    } else {
        out += static_cast<char>(0xF0 | (code_point >> 18));
        tail(12);
        tail(6);
        tail(0);
    }
}

// `\u{…}` from its `{` at `at`.
Escape read_unicode(std::string_view text, std::size_t at) {
    if (text[at] != '{')
        return {{}, at, Escape::State::UnknownCharacter};
    std::uint32_t code_point = 0;
    std::size_t digits = 0;
    for (++at; text[at] != '}'; ++at, ++digits) {
        std::uint32_t digit = 0;
        const auto parsed = std::from_chars(&text[at], &text[at] + 1, digit, 16);
        if (parsed.ec != std::errc{})
            return {{}, at, Escape::State::UnknownCharacter};
        code_point = digits < 6 ? code_point * 16 + digit : code_point;
    }
    Escape escape{{}, at + 1, Escape::State::Valid};
    const bool is_surrogate = code_point >= 0xD800 && code_point <= 0xDFFF;
    if (digits == 0 || digits > 6 || code_point > 0x10FFFF || is_surrogate)
        escape.state = Escape::State::InvalidUnicode;
    else
        append_utf8(escape.text, code_point);
    return escape;
}

// The escape whose backslash stands at `at`. The token ends in a quote, so there is always a next
// character, and every loop here ends there at the latest.
Escape read_escape(std::string_view text, std::size_t at) {
    switch (const char c = text[++at]) {
        case 'n':
            return {"\n", at + 1};
        case 'r':
            return {"\r", at + 1};
        case 't':
            return {"\t", at + 1};
        case '0':
            return {std::string(1, '\0'), at + 1};
        case '\\':
        case '"':
        case '\'':
        case '{':
        case '}':
            return {std::string(1, c), at + 1};
        case 'u':
            return read_unicode(text, at + 1);
        case '\n':
            while (is_space(text[at]))
                ++at;
            return {{}, at};
        default:
            return {{}, at, Escape::State::UnknownCharacter};
    }
}

std::string decode_text(std::string_view text, std::size_t at, std::size_t end) {
    std::string out;
    while (at < end) {
        if (text[at] != '\\') {
            out += text[at++];
            continue;
        }
        Escape escape = read_escape(text, at);
        out += escape.text;
        at = escape.end;
    }
    return out;
}

// Where an unescaped `{{` stands at or after `at`, or the closing quote.
std::size_t find_template(std::string_view text, std::size_t at) {
    const std::size_t closing = text.size() - 1;
    while (at < closing) {
        if (text[at] == '\\')
            at = read_escape(text, at).end;
        else if (text.substr(at, 2) == "{{")
            return at;
        else
            ++at;
    }
    return closing;
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && is_space(text.front()))
        text.remove_prefix(1);
    while (!text.empty() && is_space(text.back()))
        text.remove_suffix(1);
    return text;
}

/// Places template segments. The reference counts characters where bytes are meant; programs with
/// wide characters before a template show it, and so do we. Segments are asked for in order.
class SegmentPlaces {
public:
    SegmentPlaces(std::string_view text, Span token) : text_(text), offset_(token.begin) {}

    Span next(std::size_t begin, std::size_t end) {
        const std::uint32_t first = advance(begin);
        return {first, advance(end)};
    }

private:
    std::uint32_t advance(std::size_t to) {
        offset_ += static_cast<std::uint32_t>(character_count(text_.substr(at_, to - at_)));
        at_ = to;
        return offset_;
    }

    std::string_view text_;
    std::size_t at_ = 0;
    std::uint32_t offset_;
};

}  // namespace

std::optional<Diagnostic> check_integer(std::string_view text, Span span) {
    const std::string digits = without_underscores(text);
    std::int64_t value = 0;
    const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (parsed.ec == std::errc{})
        return std::nullopt;
    const std::string_view kind = digits.front() == '-' ? "small" : "large";
    return Diagnostic::error(206, "invalid numeric literal")
        .primary(span,
                 fmt::format("invalid numeric literal: number too {} to fit in target type", kind));
}

std::optional<Diagnostic> check_string(std::string_view text, Span span) {
    const auto place = [&](std::size_t begin, std::size_t end) {
        return Span{span.begin + static_cast<std::uint32_t>(begin),
                    span.begin + static_cast<std::uint32_t>(end)};
    };
    for (std::size_t at = 1; at + 1 < text.size();) {
        if (text[at] != '\\') {
            ++at;
            continue;
        }
        const Escape escape = read_escape(text, at);
        if (escape.state == Escape::State::InvalidUnicode)
            return Diagnostic::error(211, "invalid unicode escape sequence")
                .primary(place(at, escape.end), "invalid unicode escape sequence");
        if (escape.state == Escape::State::UnknownCharacter) {
            const std::size_t size = decode_character(text, escape.end).size;
            const std::string_view character = text.substr(escape.end, size);
            return Diagnostic::error(209, fmt::format("invalid escape character: \\{}", character))
                .primary(place(escape.end, escape.end + size),
                         fmt::format("invalid escape character: {}", character));
        }
        at = escape.end;
    }
    return std::nullopt;
}

std::int64_t decode_integer(std::string_view text) {
    const std::string digits = without_underscores(text);
    std::int64_t value = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return value;
}

double decode_float(std::string_view text) {
    const std::string digits = without_underscores(text);
    double value = 0;
    const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (parsed.ec != std::errc::result_out_of_range)
        return value;
    // Without an exponent only too many digits before the point, or zeros after it, get here.
    const bool is_tiny = digits.find_first_of("123456789") > digits.find('.');
    const double magnitude = is_tiny ? 0.0 : std::numeric_limits<double>::infinity();
    return digits.front() == '-' ? -magnitude : magnitude;
}

std::string decode_string(std::string_view text) {
    return decode_text(text, 1, text.size() - 1);
}

ast::Node decode_template(std::string_view text, Span span) {
    const std::size_t closing = text.size() - 1;
    ast::TemplateString result;
    SegmentPlaces places(text, span);
    std::string plain;
    bool has_variable = false;
    std::size_t at = 1;
    while (at < closing) {
        const std::size_t open = find_template(text, at);
        if (open > at) {
            std::string value = decode_text(text, at, open);
            plain += value;
            result.segments.emplace_back(
                ast::TemplateString::Text{std::move(value), places.next(at, open)});
        }
        if (open == closing)
            break;
        const std::size_t close = text.find("}}", open + 2);
        if (close == std::string_view::npos)
            break;  // what follows an unclosed `{{` is dropped
        at = close + 2;
        if (close == open + 2)
            continue;  // `{{}}` gives nothing
        const std::string_view name = trimmed(text.substr(open + 2, close - open - 2));
        has_variable = true;
        result.segments.emplace_back(ast::Name{std::string(name), places.next(open, at)});
    }
    if (has_variable)
        return result;
    return ast::StringLiteral{.value = std::move(plain), .is_raw = false};
}

}  // namespace engine::vrl
