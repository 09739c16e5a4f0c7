#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "engine/codec/byte_buffer.hpp"
#include "engine/diagnostic/error.hpp"
#include "engine/event/slab.hpp"

namespace engine {

/// How bytes are compressed. `Zlib` is what HTTP calls "deflate"; `Snappy` is the raw block format
/// (as HTTP's content-encoding uses it), `SnappyFramed` the stream format.
enum class CompressionAlgorithm : std::uint8_t { None, Gzip, Zlib, Zstd, Snappy, SnappyFramed };

/// An algorithm and its level; without a level, the library's usual one. A plain value.
struct Compression {
    CompressionAlgorithm algorithm = CompressionAlgorithm::None;
    /// gzip and zlib 0 to 9, zstd 1 to 22 (0: usual); snappy has none.
    std::optional<int> level = {};

    /// Value of the HTTP header Content-Encoding; empty for None.
    [[nodiscard]] std::string_view content_encoding() const;
};

/// The algorithm that a Content-Encoding names ("gzip", "x-gzip", "deflate", "zstd", "snappy",
/// "identity" or nothing); nullopt for others. Lower case.
[[nodiscard]] std::optional<CompressionAlgorithm> algorithm_of(std::string_view content_encoding);

/// Appends the compressed bytes, as one complete stream. Reuses the calling thread's compressor.
[[nodiscard]] Result<void> compress(Compression compression, std::string_view bytes,
                                    ByteBuffer& out);

/// What the stream expands to, in a slab of its own; an error when it is corrupt, cut off, followed
/// by something else, or larger than `limit`, which is checked before memory is taken.
[[nodiscard]] Result<SlabRef> decompress(CompressionAlgorithm algorithm, std::string_view bytes,
                                         std::size_t limit);

/// Error text of `decompress` beyond the limit, by which HTTP servers tell 413 from 422.
inline constexpr std::string_view decompression_limit_error = "decompressed size is over the limit";

}  // namespace engine
