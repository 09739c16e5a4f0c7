#include "sources/file/line_delimiter.hpp"

#include <bit>
#include <cstdint>

namespace engine::sources::file {

namespace {

/// Takes the first character; configurations hold well-formed UTF-8.
char32_t take_character(std::string_view& text) {
    const auto first = static_cast<unsigned char>(text.front());
    const auto size = static_cast<std::size_t>(first < 0x80 ? 1 : std::countl_one(first));
    char32_t character = size == 1 ? first : first & (0x7fU >> size);
    for (const char next : text.substr(1, size - 1)) {
        character = (character << 6) | (static_cast<unsigned char>(next) & 0x3fU);
    }
    text.remove_prefix(std::min(size, text.size()));
    return character;
}

}  // namespace

std::string utf16_bytes(std::string_view text, std::endian order) {
    std::string out;
    const auto put = [&](char32_t unit) {
        const char high = static_cast<char>(unit >> 8);
        const char low = static_cast<char>(unit & 0xff);
        out += order == std::endian::little ? low : high;
        out += order == std::endian::little ? high : low;
    };
    while (!text.empty()) {
        const char32_t character = take_character(text);
        if (character < 0x10000) {
            put(character);
        } else {
            put(0xd800 + ((character - 0x10000) >> 10));
            put(0xdc00 + ((character - 0x10000) & 0x3ff));
        }
    }
    return out;
}

}  // namespace engine::sources::file
