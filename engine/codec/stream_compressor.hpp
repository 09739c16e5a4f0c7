#pragma once

#include <memory>
#include <string_view>

#include "engine/codec/byte_buffer.hpp"
#include "engine/codec/compression.hpp"
#include "engine/diagnostic/error.hpp"

namespace engine {

/// Compresses a stream that goes on for as long as its destination is open, such as a file. Made by
/// `make`; used by one thread at a time.
class StreamCompressor {
public:
    virtual ~StreamCompressor() = default;

    /// How much of what was appended has to come out now.
    enum class Flush {
        None,    // as the algorithm likes: best ratio
        Sync,    // everything, so that a reader can expand it; the stream goes on
        Finish,  // everything, and the end of the stream; the next append begins another one
    };

    /// Compresses `bytes` and appends what comes out to `out`.
    [[nodiscard]] virtual Result<void> append(std::string_view bytes, Flush flush,
                                              ByteBuffer& out) = 0;

    /// A compressor of gzip, zlib or zstd streams; null for None, an error for others.
    [[nodiscard]] static Result<std::unique_ptr<StreamCompressor>> make(Compression compression);
};

}  // namespace engine
