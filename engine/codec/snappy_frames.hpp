#pragma once

#include <cstddef>
#include <string_view>

#include "engine/codec/byte_buffer.hpp"
#include "engine/diagnostic/error.hpp"
#include "engine/event/slab.hpp"

namespace engine {

// Snappy's stream format: a stream identifier, then chunks of at most 64 KiB, each with a masked
// CRC-32C of its contents (github.com/google/snappy, framing_format.txt).

void write_snappy_frames(std::string_view bytes, ByteBuffer& out);
/// Errors: a malformed stream, a wrong checksum, or the text of `decompression_limit_error`.
[[nodiscard]] Result<SlabRef> read_snappy_frames(std::string_view bytes, std::size_t limit);

}  // namespace engine
