#include "engine/vrl/text/punycode.hpp"

#include <unicode/bytestream.h>
#include <unicode/idna.h>
#include <unicode/stringpiece.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <memory>

#include "engine/codec/utf8.hpp"

namespace engine::vrl {

namespace {

// RFC 3492, section 5.
constexpr std::uint32_t base = 36;
constexpr std::uint32_t least_threshold = 1;
constexpr std::uint32_t greatest_threshold = 26;
constexpr std::uint32_t initial_bias = 72;
constexpr std::uint32_t initial_character = 128;
/// Encoding takes time in the square of the characters; names have 63.
constexpr std::size_t longest_label = 4096;

std::uint32_t adapted(std::uint32_t delta, std::uint32_t count, bool is_first) {
    delta = is_first ? delta / 700 : delta / 2;
    delta += delta / count;
    std::uint32_t bias = 0;
    for (; delta > (base - least_threshold) * greatest_threshold / 2; bias += base) {
        delta /= base - least_threshold;
    }
    return bias + (base - least_threshold + 1) * delta / (delta + 38);
}

std::uint32_t threshold(std::uint32_t position, std::uint32_t bias) {
    return position <= bias ? least_threshold
                            : std::clamp(position - bias, least_threshold, greatest_threshold);
}

char digit(std::uint32_t value) {
    return static_cast<char>(value < 26 ? 'a' + value : '0' + (value - 26));
}

/// `base` when it is none.
std::uint32_t digit_value(char c) {
    if (c >= '0' && c <= '9') {
        return static_cast<std::uint32_t>(c - '0') + 26;
    }
    const char lower = static_cast<char>(c | 0x20);
    return lower >= 'a' && lower <= 'z' ? static_cast<std::uint32_t>(lower - 'a') : base;
}

void append_number(std::uint32_t number, std::uint32_t bias, std::string& out) {
    for (std::uint32_t position = base;; position += base) {
        const std::uint32_t limit = threshold(position, bias);
        if (number < limit) {
            out += digit(number);
            return;
        }
        out += digit(limit + (number - limit) % (base - limit));
        number = (number - limit) / (base - limit);
    }
}

/// The number at `at`, which moves behind it; nothing when it is cut off or too large.
std::optional<std::uint32_t> read_number(std::string_view text, std::size_t& at,
                                         std::uint32_t bias) {
    std::uint64_t number = 0;
    std::uint64_t weight = 1;
    for (std::uint32_t position = base; at < text.size(); position += base) {
        const std::uint32_t value = digit_value(text[at++]);
        number += value * weight;
        if (value == base || number > std::numeric_limits<std::uint32_t>::max()) {
            return std::nullopt;
        }
        const std::uint32_t limit = threshold(position, bias);
        if (value < limit) {
            return static_cast<std::uint32_t>(number);
        }
        weight *= base - limit;
        if (weight > std::numeric_limits<std::uint32_t>::max()) {
            return std::nullopt;
        }
    }
    return std::nullopt;
}

std::u32string characters(std::string_view text) {
    const auto source = icu::UnicodeString::fromUTF8(
        icu::StringPiece(text.data(), static_cast<std::int32_t>(text.size())));
    std::u32string out;
    for (std::int32_t at = 0; at < source.length(); at = source.moveIndex32(at, 1)) {
        out += static_cast<char32_t>(source.char32At(at));
    }
    return out;
}

const icu::IDNA* uts46() {
    static const std::unique_ptr<const icu::IDNA> idna = [] {
        UErrorCode error = U_ZERO_ERROR;
        return std::unique_ptr<const icu::IDNA>(icu::IDNA::createUTS46Instance(
            UIDNA_CHECK_BIDI | UIDNA_CHECK_CONTEXTJ | UIDNA_NONTRANSITIONAL_TO_ASCII |
                UIDNA_NONTRANSITIONAL_TO_UNICODE,
            error));
    }();
    return idna.get();
}

/// What ICU always reports and browsers let pass.
constexpr std::uint32_t tolerated = UIDNA_ERROR_EMPTY_LABEL | UIDNA_ERROR_LABEL_TOO_LONG |
                                    UIDNA_ERROR_DOMAIN_NAME_TOO_LONG | UIDNA_ERROR_LEADING_HYPHEN |
                                    UIDNA_ERROR_TRAILING_HYPHEN | UIDNA_ERROR_HYPHEN_3_4;

using Conversion = void (icu::IDNA::*)(icu::StringPiece, icu::ByteSink&, icu::IDNAInfo&,
                                       UErrorCode&) const;

std::optional<std::string> converted(std::string_view domain, Conversion conversion) {
    if (uts46() == nullptr || domain.size() > std::numeric_limits<std::int32_t>::max() / 4) {
        return std::nullopt;
    }
    std::string out;
    icu::StringByteSink<std::string> sink(&out);
    icu::IDNAInfo info;
    UErrorCode error = U_ZERO_ERROR;
    (uts46()->*conversion)({domain.data(), static_cast<std::int32_t>(domain.size())}, sink, info,
                           error);
    return U_SUCCESS(error) && (info.getErrors() & ~tolerated) == 0 ? std::optional(out)
                                                                    : std::nullopt;
}

}  // namespace

std::optional<std::string> punycode(std::string_view label) {
    if (label.size() > longest_label || !is_utf8(label)) {
        return std::nullopt;
    }
    const std::u32string input = characters(label);
    std::string out;
    std::ranges::copy_if(label, std::back_inserter(out), [](char c) { return (c & 0x80) == 0; });
    const auto basic = static_cast<std::uint32_t>(out.size());
    if (basic > 0) {
        out += '-';
    }
    std::uint32_t next = initial_character;
    std::uint32_t delta = 0;
    std::uint32_t bias = initial_bias;
    for (std::uint32_t handled = basic; handled < input.size(); ++delta, ++next) {
        char32_t least = 0x7fff'ffff;
        for (const char32_t c : input) {
            least = c >= next ? std::min(least, c) : least;
        }
        // No overflow: 4096 characters of 21 bits.
        delta += (least - next) * (handled + 1);
        next = least;
        for (const char32_t c : input) {
            if (c < next) {
                ++delta;
            } else if (c == next) {
                append_number(delta, bias, out);
                bias = adapted(delta, handled + 1, handled == basic);
                delta = 0;
                ++handled;
            }
        }
    }
    return out;
}

std::optional<std::string> punycode_decoded(std::string_view label) {
    if (label.size() > longest_label ||
        std::ranges::any_of(label, [](char c) { return (c & 0x80) != 0; })) {
        return std::nullopt;
    }
    const std::size_t delimiter = label.rfind('-');
    const std::size_t basic = delimiter == std::string_view::npos ? 0 : delimiter;
    std::u32string out(label.begin(), label.begin() + static_cast<std::ptrdiff_t>(basic));
    std::uint32_t bias = initial_bias;
    std::uint64_t next = initial_character;
    std::uint64_t index = 0;
    for (std::size_t at = basic > 0 ? basic + 1 : 0; at < label.size();) {
        const auto delta = read_number(label, at, bias);
        if (!delta) {
            return std::nullopt;
        }
        const std::uint64_t count = out.size() + 1;
        bias = adapted(*delta, static_cast<std::uint32_t>(count), out.size() == basic);
        index += *delta;
        next += index / count;
        index %= count;
        if (next > 0x10ffff || (next >= 0xd800 && next < 0xe000)) {
            return std::nullopt;
        }
        out.insert(index++, 1, static_cast<char32_t>(next));
    }
    std::string text;
    return icu::UnicodeString::fromUTF32(reinterpret_cast<const UChar32*>(out.data()),
                                         static_cast<std::int32_t>(out.size()))
        .toUTF8String(text);
}

std::optional<std::string> domain_to_ascii(std::string_view domain) {
    return converted(domain, &icu::IDNA::nameToASCII_UTF8);
}

std::optional<std::string> domain_to_unicode(std::string_view domain) {
    return converted(domain, &icu::IDNA::nameToUnicodeUTF8);
}

}  // namespace engine::vrl
