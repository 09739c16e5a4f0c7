#include "engine/vrl/encoding/base64.hpp"

#include <array>

namespace engine::vrl {

namespace {

constexpr std::string_view standard =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view url_safe =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::uint8_t invalid = 0xff;

constexpr std::array<std::uint8_t, 256> reversed(std::string_view alphabet) {
    std::array<std::uint8_t, 256> values{};
    values.fill(invalid);
    for (std::size_t i = 0; i < alphabet.size(); ++i) {
        values[static_cast<unsigned char>(alphabet[i])] = static_cast<std::uint8_t>(i);
    }
    return values;
}

constexpr auto standard_values = reversed(standard);
constexpr auto url_safe_values = reversed(url_safe);

/// The digits without their padding, or nothing where the padding is wrong.
std::optional<std::string_view> without_padding(std::string_view text) {
    const std::size_t last = text.find_last_not_of('=');
    const std::size_t size = last == std::string_view::npos ? 0 : last + 1;
    const std::size_t padding = text.size() - size;
    const std::size_t partial = size % 4;
    if (partial == 1 || (padding != 0 && (partial == 0 || padding > 4 - partial))) {
        return std::nullopt;
    }
    return text.substr(0, size);
}

}  // namespace

std::optional<Base64Alphabet> base64_alphabet(std::string_view name) {
    if (name == "standard") {
        return Base64Alphabet::Standard;
    }
    if (name == "url_safe") {
        return Base64Alphabet::UrlSafe;
    }
    return std::nullopt;
}

std::string_view base64(std::string_view bytes, Base64Alphabet alphabet, Base64Padding padding,
                        Arena& arena) {
    const std::string_view digits = alphabet == Base64Alphabet::Standard ? standard : url_safe;
    char* const begin = arena.allocate_array<char>((bytes.size() + 2) / 3 * 4);
    char* out = begin;
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        const std::size_t left = bytes.size() - i;
        const auto byte = [&](std::size_t at) {
            return at < left ? static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[i + at]))
                             : 0U;
        };
        const std::uint32_t group = byte(0) << 16 | byte(1) << 8 | byte(2);
        const std::size_t count = left >= 3 ? 4 : left + 1;
        for (std::size_t digit = 0; digit < count; ++digit) {
            *out++ = digits[group >> (18 - 6 * digit) & 63];
        }
        for (std::size_t digit = count; digit < 4 && padding == Base64Padding::With; ++digit) {
            *out++ = '=';
        }
    }
    return {begin, static_cast<std::size_t>(out - begin)};
}

std::optional<std::string_view> base64_decoded(std::string_view text, Base64Alphabet alphabet,
                                               Arena& arena) {
    const auto digits = without_padding(text);
    if (!digits) {
        return std::nullopt;
    }
    const auto& values = alphabet == Base64Alphabet::Standard ? standard_values : url_safe_values;
    char* const begin = arena.allocate_array<char>(digits->size() / 4 * 3 + 3);
    char* out = begin;
    std::uint32_t bits = 0;
    unsigned count = 0;
    for (const char c : *digits) {
        const std::uint8_t value = values[static_cast<unsigned char>(c)];
        if (value == invalid) {
            return std::nullopt;
        }
        bits = bits << 6 | value;
        count += 6;
        if (count >= 8) {
            count -= 8;
            *out++ = static_cast<char>(bits >> count & 0xff);
        }
    }
    if ((bits & ((1U << count) - 1)) != 0) {
        return std::nullopt;
    }
    return std::string_view(begin, static_cast<std::size_t>(out - begin));
}

}  // namespace engine::vrl
