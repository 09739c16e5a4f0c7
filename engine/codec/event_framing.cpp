#include "engine/codec/event_framing.hpp"

#include <fmt/format.h>

#include <cstring>

namespace engine {

namespace {

/// Makes room for `count` bytes at `position`.
char* insert(ByteBuffer& out, std::size_t position, std::size_t count) {
    const std::size_t moved = out.size() - position;
    static_cast<void>(out.room(count));
    out.commit(count);
    char* at = out.data() + position;
    std::memmove(at + count, at, moved);
    return at;
}

void write_length(const LengthDelimitedOptions& options, std::uint64_t length, char* at) {
    const std::uint64_t bytes = options.length_field_length;
    for (std::uint64_t i = 0; i < bytes; ++i) {
        const std::uint64_t shift = options.length_field_is_big_endian ? bytes - 1 - i : i;
        at[i] = static_cast<char>(length >> (8 * shift));
    }
}

}  // namespace

Result<EventFraming> EventFraming::make(const EventFramingOptions& options) {
    EventFraming framing;
    if (options.method == "newline_delimited") {
        return EventFraming('\n');
    }
    if (options.method == "character_delimited") {
        if (!options.character_delimited) {
            return failure("missing field `character_delimited`");
        }
        return EventFraming(options.character_delimited->delimiter);
    }
    if (options.method == "bytes") {
        return framing;
    }
    if (options.method == "length_delimited") {
        if (!options.length_delimited) {
            return failure("missing field `length_delimited`");
        }
        framing.method_ = Method::LengthDelimited;
        framing.length_ = *options.length_delimited;
        if (framing.length_.length_field_length < 1 || framing.length_.length_field_length > 8) {
            return failure("length_field_length must be from 1 to 8");
        }
        return framing;
    }
    if (options.method == "varint_length_delimited") {
        framing.method_ = Method::VarintLengthDelimited;
        framing.max_frame_length_ = options.max_frame_length;
        return framing;
    }
    return failure(fmt::format("unknown framing method `{}`", options.method));
}

Result<void> EventFraming::frame_with_length(ByteBuffer& out, std::size_t begin) const {
    const std::uint64_t length = out.size() - begin;
    if (method_ == Method::VarintLengthDelimited) {
        if (length > max_frame_length_) {
            out.truncate(begin);
            return failure(
                fmt::format("Frame too large: {} bytes (max: {})", length, max_frame_length_));
        }
        char varint[10];
        std::size_t size = 0;
        for (std::uint64_t rest = length; size == 0 || rest > 0; rest >>= 7) {
            varint[size++] = static_cast<char>((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0));
        }
        std::memcpy(insert(out, begin, size), varint, size);
        return {};
    }
    const std::uint64_t field = length_.length_field_length;
    if (length > length_.max_frame_length || (field < 8 && length >> (8 * field) != 0)) {
        out.truncate(begin);
        return failure("frame size too big");
    }
    const auto header = static_cast<std::size_t>(length_.length_field_offset + field);
    char* at = insert(out, begin, header);
    std::memset(at, 0, header - field);
    write_length(length_, length, at + length_.length_field_offset);
    return {};
}

}  // namespace engine
