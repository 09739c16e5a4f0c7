#include "engine/vrl/encoding/lz4_block.hpp"

#include <fmt/format.h>

#include <cstdint>

namespace engine::vrl {

namespace {

using Decoded = std::expected<std::string, std::string>;

class Reader {
public:
    explicit Reader(std::string_view block) : block_(block) {}

    [[nodiscard]] std::size_t left() const { return block_.size() - at_; }
    /// A byte, or -1 at the end.
    int byte() { return left() == 0 ? -1 : static_cast<unsigned char>(block_[at_++]); }
    std::string_view take(std::size_t size) {
        at_ += size;
        return block_.substr(at_ - size, size);
    }
    /// Adds the bytes that continue a length of 15; false at the end of the block.
    bool extend(std::size_t& length) {
        int more = 255;
        while (more == 255) {
            more = byte();
            if (more < 0) {
                return false;
            }
            length += static_cast<std::size_t>(more);
        }
        return true;
    }

private:
    std::string_view block_;
    std::size_t at_ = 0;
};

constexpr std::string_view no_byte = "expected another byte, found none";

std::string too_small(std::size_t capacity, std::size_t needed) {
    return fmt::format(
        "provided output is too small for the decompressed data, actual {}, expected {}", capacity,
        needed);
}

}  // namespace

Decoded lz4_block_decoded(std::string_view block, std::size_t capacity) {
    const auto fail = [](std::string_view why) {
        return Decoded(std::unexpected(std::string(why)));
    };
    Reader reader(block);
    std::string out;
    while (true) {
        const int token = reader.byte();
        if (token < 0) {
            return fail(no_byte);
        }
        std::size_t literals = static_cast<std::size_t>(token) >> 4;
        if (literals == 15 && !reader.extend(literals)) {
            return fail(no_byte);
        }
        if (literals > reader.left()) {
            return fail("literal is out of bounds of the input");
        }
        if (literals > capacity - out.size()) {
            return fail(too_small(capacity, out.size() + literals));
        }
        out += reader.take(literals);
        if (reader.left() == 0) {
            return out;
        }
        if (reader.left() < 2) {
            return fail(no_byte);
        }
        const auto low = static_cast<std::size_t>(reader.byte());
        const std::size_t offset = low | static_cast<std::size_t>(reader.byte()) << 8;
        std::size_t length = 4 + (static_cast<std::size_t>(token) & 15);
        if (length == 19 && !reader.extend(length)) {
            return fail(no_byte);
        }
        if (offset == 0) {
            return fail("0 is not a valid match offset");
        }
        if (offset > out.size()) {
            return fail("the offset to copy is not contained in the decompressed buffer");
        }
        if (length > capacity - out.size()) {
            return fail(too_small(capacity, out.size() + length));
        }
        for (std::size_t i = 0; i < length; ++i) {
            out += out[out.size() - offset];
        }
    }
}

}  // namespace engine::vrl
