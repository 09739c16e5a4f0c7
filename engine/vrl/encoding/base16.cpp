#include "engine/vrl/encoding/base16.hpp"

namespace engine::vrl {

namespace {

int digit(char c) {
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    const char lower = static_cast<char>(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

}  // namespace

std::string_view base16(std::string_view bytes, Arena& arena) {
    static constexpr char digits[] = "0123456789abcdef";
    char* const out = arena.allocate_array<char>(bytes.size() * 2);
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        const auto byte = static_cast<unsigned char>(bytes[i]);
        out[2 * i] = digits[byte >> 4];
        out[2 * i + 1] = digits[byte & 15];
    }
    return {out, bytes.size() * 2};
}

std::optional<std::string_view> base16_decoded(std::string_view text, Arena& arena) {
    if (text.size() % 2 != 0) {
        return std::nullopt;
    }
    char* const out = arena.allocate_array<char>(text.size() / 2);
    for (std::size_t i = 0; i < text.size(); i += 2) {
        const int high = digit(text[i]);
        const int low = digit(text[i + 1]);
        if (high < 0 || low < 0) {
            return std::nullopt;
        }
        out[i / 2] = static_cast<char>(high << 4 | low);
    }
    return std::string_view(out, text.size() / 2);
}

}  // namespace engine::vrl
