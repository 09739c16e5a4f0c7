#include "engine/codec/snappy_frames.hpp"

#include <snappy.h>

#include <array>
#include <cstdint>
#include <cstring>

#include "engine/codec/compression.hpp"

namespace engine {

namespace {

constexpr std::string_view identifier("\xff\x06\x00\x00sNaPpY", 10);
constexpr std::size_t longest_chunk = 65536;
constexpr unsigned char compressed_chunk = 0x00;
constexpr unsigned char plain_chunk = 0x01;
constexpr unsigned char first_skippable_chunk = 0x80;

constexpr std::array<std::uint32_t, 256> crc_table = [] {
    constexpr std::uint32_t polynomial = 0x82f63b78;  // Castagnoli, reflected
    std::array<std::uint32_t, 256> table{};
    for (std::uint32_t i = 0; i < 256; ++i) {
        std::uint32_t crc = i;
        for (int bit = 0; bit < 8; ++bit) {
            crc = (crc & 1) != 0 ? crc >> 1 ^ polynomial : crc >> 1;
        }
        table[i] = crc;
    }
    return table;
}();

std::uint32_t masked_crc(std::string_view bytes) {
    std::uint32_t crc = 0xffffffff;
    for (const char c : bytes) {
        crc = crc >> 8 ^ crc_table[(crc ^ static_cast<unsigned char>(c)) & 0xff];
    }
    crc = ~crc;
    return (crc >> 15 | crc << 17) + 0xa282ead8;
}

std::uint32_t little_endian(const char* bytes, std::size_t count) {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < count; ++i) {
        value |= std::uint32_t{static_cast<unsigned char>(bytes[i])} << (8 * i);
    }
    return value;
}

void put(std::uint32_t value, std::size_t count, ByteBuffer& out) {
    for (std::size_t i = 0; i < count; ++i) {
        out.push_back(static_cast<char>(value >> (8 * i)));
    }
}

std::unexpected<Error> corrupt() {
    return failure("snappy: corrupt input");
}

Result<void> append_chunk(unsigned char kind, std::string_view chunk, std::size_t limit,
                          SlabRef& output) {
    if (chunk.size() < 4) {
        return corrupt();
    }
    const std::uint32_t crc = little_endian(chunk.data(), 4);
    chunk.remove_prefix(4);
    std::string plain;
    std::string_view contents = chunk;
    if (kind == compressed_chunk) {
        std::size_t size = 0;
        if (!snappy::GetUncompressedLength(chunk.data(), chunk.size(), &size) ||
            size > longest_chunk || !snappy::Uncompress(chunk.data(), chunk.size(), &plain)) {
            return corrupt();
        }
        contents = plain;
    }
    if (contents.size() > longest_chunk || masked_crc(contents) != crc) {
        return corrupt();
    }
    if (contents.size() > limit - output.size()) {
        return failure(std::string(decompression_limit_error));
    }
    output.append(contents);
    return {};
}

}  // namespace

void write_snappy_frames(std::string_view bytes, ByteBuffer& out) {
    out.append(identifier);
    while (!bytes.empty()) {
        const std::string_view piece = bytes.substr(0, longest_chunk);
        bytes.remove_prefix(piece.size());
        std::string compressed;
        snappy::Compress(piece.data(), piece.size(), &compressed);
        const bool smaller = compressed.size() < piece.size();
        const std::string_view contents = smaller ? std::string_view(compressed) : piece;
        out.push_back(static_cast<char>(smaller ? compressed_chunk : plain_chunk));
        put(static_cast<std::uint32_t>(contents.size() + 4), 3, out);
        put(masked_crc(piece), 4, out);
        out.append(contents);
    }
}

Result<SlabRef> read_snappy_frames(std::string_view bytes, std::size_t limit) {
    SlabRef output = SlabRef::with_capacity(std::min(limit, bytes.size() * 2));
    if (!bytes.starts_with(identifier)) {
        return corrupt();
    }
    while (!bytes.empty()) {
        if (bytes.size() < 4) {
            return corrupt();
        }
        const auto kind = static_cast<unsigned char>(bytes[0]);
        const std::size_t size = little_endian(bytes.data() + 1, 3);
        bytes.remove_prefix(4);
        if (size > bytes.size()) {
            return corrupt();
        }
        const std::string_view chunk = bytes.substr(0, size);
        bytes.remove_prefix(size);
        if (kind == compressed_chunk || kind == plain_chunk) {
            ENGINE_TRY(append_chunk(kind, chunk, limit, output));
        } else if (kind < first_skippable_chunk) {
            return corrupt();
        }
    }
    return output;
}

}  // namespace engine
