#include "engine/io/base64.hpp"

#include <cstdint>

namespace engine::io {

std::string base64(std::string_view bytes) {
    static constexpr char alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string out;
    std::uint32_t bits = 0;
    int count = 0;
    for (const char c : bytes) {
        bits = (bits << 8) | static_cast<unsigned char>(c);
        for (count += 8; count >= 6; count -= 6)
            out += alphabet[(bits >> (count - 6)) & 63];
    }
    if (count > 0)
        out += alphabet[(bits << (6 - count)) & 63];
    out.resize((out.size() + 3) / 4 * 4, '=');
    return out;
}

}  // namespace engine::io
