#include "engine/codec/utf8.hpp"

#include <simdjson.h>

#include <cstdint>

namespace engine {

namespace {

/// One sequence at the start of some bytes: how many belong together, and whether they are a
/// character. An ill-formed sequence is the longest prefix that could have begun a character.
struct Sequence {
    std::size_t size;
    bool well_formed;
};

Sequence first_sequence(std::string_view bytes) {
    const auto at = [&](std::size_t i) { return static_cast<std::uint8_t>(bytes[i]); };
    const std::uint8_t lead = at(0);
    if (lead < 0x80) {
        return {1, true};
    }
    if (lead < 0xc2 || lead > 0xf4) {
        return {1, false};
    }
    const std::size_t size = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    // The second byte decides about overlong forms, surrogates and the end of the code space.
    const std::uint8_t low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
    const std::uint8_t high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
    if (bytes.size() < 2 || at(1) < low || at(1) > high) {
        return {1, false};
    }
    for (std::size_t i = 2; i < size; ++i) {
        if (i == bytes.size() || (at(i) & 0xc0) != 0x80) {
            return {i, false};
        }
    }
    return {size, true};
}

}  // namespace

bool is_utf8(std::string_view bytes) {
    return simdjson::validate_utf8(bytes.data(), bytes.size());
}

std::size_t utf8_prefix(std::string_view bytes) {
    std::size_t position = 0;
    while (position < bytes.size()) {
        const Sequence sequence = first_sequence(bytes.substr(position));
        if (!sequence.well_formed) {
            break;
        }
        position += sequence.size;
    }
    return position;
}

void append_lossy_utf8(std::string_view bytes, ByteBuffer& out) {
    while (!bytes.empty()) {
        const std::size_t good = utf8_prefix(bytes);
        out.append(bytes.substr(0, good));
        bytes.remove_prefix(good);
        if (!bytes.empty()) {
            out.append("\xef\xbf\xbd");
            bytes.remove_prefix(first_sequence(bytes).size);
        }
    }
}

}  // namespace engine
