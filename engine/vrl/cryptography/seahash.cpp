#include "engine/vrl/cryptography/seahash.hpp"

#include <algorithm>
#include <cstring>

namespace engine::vrl {

namespace {

/// A bijection that spreads each bit over the word (a PCG permutation).
std::uint64_t diffuse(std::uint64_t x) {
    x *= 0x6eed0e9da4d94a4f;
    x ^= (x >> 32) >> (x >> 60);
    return x * 0x6eed0e9da4d94a4f;
}

}  // namespace

std::uint64_t seahash_of(std::string_view bytes) {
    std::uint64_t lanes[] = {0x16f11fe89b0d677c, 0xb480a793d8e6c86c, 0x6fe2e5aaf078ebc9,
                             0x14f994a4c5259381};
    std::size_t lane = 0;
    for (std::size_t i = 0; i < bytes.size(); i += 8) {
        // Little-endian; the last word is filled with zeros.
        std::uint64_t word = 0;
        std::memcpy(&word, bytes.data() + i, std::min<std::size_t>(8, bytes.size() - i));
        lanes[lane] = diffuse(lanes[lane] ^ word);
        lane = (lane + 1) % 4;
    }
    return diffuse(lanes[0] ^ lanes[1] ^ lanes[2] ^ lanes[3] ^ bytes.size());
}

}  // namespace engine::vrl
