#include "engine/vrl/regex/character_class.hpp"

#include <fmt/format.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace engine::regex {

namespace {

icu::UnicodeSet set_of(const char* text) {
    UErrorCode error = U_ZERO_ERROR;
    return {icu::UnicodeString::fromUTF8(text), error};
}

const icu::UnicodeSet& perl_class(char name, bool unicode) {
    static const icu::UnicodeSet unicode_digit = set_of("[\\p{Nd}]");
    static const icu::UnicodeSet unicode_word =
        set_of("[\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\\p{Join_Control}]");
    static const icu::UnicodeSet unicode_space = set_of("[\\p{White_Space}]");
    static const icu::UnicodeSet digit = set_of("[0-9]");
    static const icu::UnicodeSet word = set_of("[0-9A-Za-z_]");
    static const icu::UnicodeSet space = set_of("[\\t\\n\\u000b\\f\\r\\u0020]");
    switch (name) {
        case 'd':
            return unicode ? unicode_digit : digit;
        case 'w':
            return unicode ? unicode_word : word;
        default:
            return unicode ? unicode_space : space;
    }
}

constexpr std::array<std::pair<std::string_view, const char*>, 14> posix_classes{{
    {"alnum", "[0-9A-Za-z]"},
    {"alpha", "[A-Za-z]"},
    {"ascii", "[\\u0000-\\u007f]"},
    {"blank", "[\\t\\u0020]"},
    {"cntrl", "[\\u0000-\\u001f\\u007f]"},
    {"digit", "[0-9]"},
    {"graph", "[!-~]"},
    {"lower", "[a-z]"},
    {"print", "[\\u0020-~]"},
    {"punct", "[!-/\\:-@\\[-`\\{-~]"},
    {"space", "[\\t\\n\\u000b\\f\\r\\u0020]"},
    {"upper", "[A-Z]"},
    {"word", "[0-9A-Za-z_]"},
    {"xdigit", "[0-9A-Fa-f]"},
}};

std::optional<UChar32> control(char c) {
    switch (c) {
        case 'a':
            return 7;
        case 'f':
            return 12;
        case 't':
            return 9;
        case 'n':
            return 10;
        case 'r':
            return 13;
        case 'v':
            return 11;
        default:
            return std::nullopt;
    }
}

}  // namespace

void ClassParser::fold(icu::UnicodeSet& set) const {
    if (flags_.case_insensitive) {
        set.closeOver(USET_CASE_INSENSITIVE).removeAllStrings();
    }
}

void ClassParser::skip_blanks() {
    while (flags_.extended && !at_end()) {
        if (peek() == '#') {
            position_ = std::min(pattern_.find('\n', position_), pattern_.size());
        } else if (std::string_view(" \t\n\r\v\f").find(peek()) == std::string_view::npos) {
            return;
        } else {
            ++position_;
        }
    }
}

ClassParser::Set ClassParser::parse() {
    const std::size_t begin = position_++;
    if (++depth_ > 64) {
        return std::unexpected(ClassError{"exceeded the maximum nest level", begin, 1});
    }
    skip_blanks();
    const bool negative = peek() == '^';
    position_ += negative ? 1 : 0;
    Set result = items(begin);
    --depth_;
    if (!result) {
        return result;
    }
    fold(*result);
    if (negative) {
        result->complement();
    }
    return result;
}

ClassParser::Set ClassParser::items(std::size_t begin) {
    icu::UnicodeSet all;
    icu::UnicodeSet current;
    char pending = 0;  // the set operation that awaits its right side
    const auto apply = [&] {
        if (pending == '&') {
            all.retainAll(current);
        } else if (pending == '-') {
            all.removeAll(current);
        } else if (pending == '~') {
            icu::UnicodeSet both(all);
            both.retainAll(current);
            all.addAll(current).removeAll(both);
        } else {
            all = current;
        }
        current.clear();
    };
    bool first = true;
    for (;; first = false) {
        skip_blanks();
        if (at_end()) {
            return std::unexpected(ClassError{"unclosed character class", begin, 1});
        }
        const char c = peek();
        if (c == ']' && !first) {
            ++position_;
            apply();
            return all;
        }
        if ((c == '&' || c == '~' || c == '-') && peek(1) == c && !first) {
            apply();
            pending = c;
            position_ += 2;
            continue;
        }
        if (c == '[') {
            if (auto known = named(current); !known) {
                return std::unexpected(known.error());
            } else if (*known) {
                continue;
            }
            Set inner = parse();
            if (!inner) {
                return inner;
            }
            current.addAll(*inner);
            continue;
        }
        const std::size_t item_begin = position_;
        Set low = item();
        if (!low) {
            return low;
        }
        if (peek() != '-' || peek(1) == ']' || peek(1) == '-' || peek(1) == '\0') {
            current.addAll(*low);
            continue;
        }
        ++position_;
        Set high = item();
        if (!high) {
            return high;
        }
        const std::size_t length = position_ - item_begin;
        if (low->size() != 1 || high->size() != 1) {
            return std::unexpected(ClassError{
                "invalid character class range, must be between single characters", item_begin, 2});
        }
        if (low->charAt(0) > high->charAt(0)) {
            return std::unexpected(ClassError{
                "invalid character class range, the start must be <= the end", item_begin, length});
        }
        current.add(low->charAt(0), high->charAt(0));
    }
}

ClassParser::Set ClassParser::item() {
    if (peek() == '\\') {
        return escape();
    }
    std::int32_t offset = 0;
    UChar32 character = 0;
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(pattern_.data() + position_);
    U8_NEXT_OR_FFFD(bytes, offset, static_cast<std::int32_t>(pattern_.size() - position_),
                    character);
    position_ += static_cast<std::size_t>(offset);
    icu::UnicodeSet set;
    set.add(character);
    return set;
}

std::expected<bool, ClassError> ClassParser::named(icu::UnicodeSet& set) {
    if (peek(1) != ':') {
        return false;
    }
    const std::size_t end = pattern_.find(":]", position_ + 2);
    if (end == std::string_view::npos) {
        return false;
    }
    std::string_view name = pattern_.substr(position_ + 2, end - position_ - 2);
    const bool negative = name.starts_with('^');
    name.remove_prefix(negative ? 1 : 0);
    for (const auto& [known, text] : posix_classes) {
        if (known == name) {
            icu::UnicodeSet members = set_of(text);
            fold(members);
            set.addAll(negative ? members.complement() : members);
            position_ = end + 2;
            return true;
        }
    }
    return false;
}

ClassParser::Set ClassParser::escape() {
    const std::size_t begin = position_;
    const char c = peek(1);
    if (c == '\0') {
        return std::unexpected(
            ClassError{"incomplete escape sequence, reached end of pattern prematurely", begin, 1});
    }
    icu::UnicodeSet set;
    if (std::string_view("dwsDWS").find(c) != std::string_view::npos) {
        position_ += 2;
        set = perl_class(static_cast<char>(c | 0x20), flags_.unicode);
        if (c < 'a') {
            set.complement();
        }
        return set;
    }
    if (c == 'p' || c == 'P') {
        return property();
    }
    if (c == 'x' || c == 'u' || c == 'U') {
        return code_point();
    }
    const bool punctuation =
        c > ' ' && c < 0x7f && std::isalnum(static_cast<unsigned char>(c)) == 0;
    const std::optional<UChar32> character = control(c);
    if (!character && !punctuation && c != ' ') {
        return std::unexpected(ClassError{"unrecognized escape sequence", begin, 2});
    }
    position_ += 2;
    set.add(character.value_or(static_cast<UChar32>(c)));
    return set;
}

ClassParser::Set ClassParser::property() {
    const std::size_t begin = position_;
    bool negative = peek(1) == 'P';
    position_ += 2;
    std::string name;
    if (peek() == '{') {
        const std::size_t end = pattern_.find('}', position_);
        if (end == std::string_view::npos) {
            return std::unexpected(ClassError{"unclosed Unicode class", begin, 2});
        }
        name = pattern_.substr(position_ + 1, end - position_ - 1);
        position_ = end + 1;
    } else {
        name = pattern_.substr(position_++, 1);
    }
    if (name.starts_with('^')) {
        negative = !negative;
        name.erase(0, 1);
    }
    UErrorCode status = U_ZERO_ERROR;
    icu::UnicodeSet set(icu::UnicodeString::fromUTF8("[\\p{" + name + "}]"), status);
    if (U_FAILURE(status)) {
        return std::unexpected(ClassError{"Unicode property not found", begin, position_ - begin});
    }
    fold(set);
    if (negative) {
        set.complement();
    }
    return set;
}

ClassParser::Set ClassParser::code_point() {
    const std::size_t begin = position_;
    const char kind = peek(1);
    position_ += 2;
    std::string_view digits;
    if (peek() == '{') {
        const std::size_t end = pattern_.find('}', position_);
        if (end == std::string_view::npos) {
            return std::unexpected(ClassError{"unclosed hexadecimal escape", begin, 2});
        }
        digits = pattern_.substr(position_ + 1, end - position_ - 1);
        position_ = end + 1;
    } else {
        digits = pattern_.substr(position_, kind == 'x' ? 2 : kind == 'u' ? 4 : 8);
        position_ += digits.size();
    }
    UChar32 value = 0;
    for (const char c : digits) {
        if (std::isxdigit(static_cast<unsigned char>(c)) == 0 || value > 0x10ffff) {
            return std::unexpected(ClassError{"invalid hexadecimal digit", begin, 1});
        }
        value = value * 16 + (c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
    }
    if (digits.empty() || value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff)) {
        return std::unexpected(ClassError{"hexadecimal literal is not a Unicode scalar value",
                                          begin, position_ - begin});
    }
    icu::UnicodeSet set;
    set.add(value);
    return set;
}

std::string class_text(const icu::UnicodeSet& set, UChar32 last) {
    const auto escaped = [](UChar32 c) {
        return fmt::format("\\x{{{:x}}}", static_cast<unsigned>(c));
    };
    if (set.size() == 1) {
        return escaped(set.charAt(0));
    }
    if (set.isEmpty()) {
        return "[^\\x{0}-" + escaped(last) + "]";
    }
    std::string text = "[";
    for (std::int32_t i = 0; i < set.getRangeCount(); ++i) {
        text += escaped(set.getRangeStart(i));
        if (set.getRangeStart(i) != set.getRangeEnd(i)) {
            text += "-" + escaped(set.getRangeEnd(i));
        }
    }
    return text + "]";
}

}  // namespace engine::regex
