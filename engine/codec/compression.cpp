#include "engine/codec/compression.hpp"

#include <fmt/format.h>
#include <snappy.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <limits>
#include <memory>

#include "engine/codec/snappy_frames.hpp"

namespace engine {

namespace {

constexpr std::size_t first_block = std::size_t{16} << 10;

Bytef* bytes_of(const char* data) {
    // zlib promises not to write to its input.
    return reinterpret_cast<Bytef*>(const_cast<char*>(data));
}

uInt clamped(std::size_t size) {
    return static_cast<uInt>(std::min<std::size_t>(size, std::numeric_limits<uInt>::max()));
}

int window_bits(CompressionAlgorithm algorithm) {
    constexpr int gzip_header = 16;
    return algorithm == CompressionAlgorithm::Gzip ? MAX_WBITS + gzip_header : MAX_WBITS;
}

/// A deflate state of one thread, kept because making one takes 256 KiB.
class Deflater {
public:
    Deflater() = default;
    ~Deflater() { close(); }
    Deflater(const Deflater&) = delete;
    Deflater& operator=(const Deflater&) = delete;

    Result<void> compress(CompressionAlgorithm algorithm, int level, std::string_view bytes,
                          ByteBuffer& out) {
        if (!prepare(window_bits(algorithm), level)) {
            return failure("deflate could not be initialised");
        }
        // No time, no name; 255 is "unknown operating system": equal bytes on every machine.
        gz_header header{};
        header.os = 255;
        if (algorithm == CompressionAlgorithm::Gzip) {
            deflateSetHeader(&stream_, &header);
        }
        const std::size_t begin = out.size();
        std::size_t given = 0;
        int status = Z_OK;
        do {
            // Input larger than zlib's counter goes in pieces.
            const uInt piece = clamped(bytes.size() - given);
            stream_.next_in = bytes_of(bytes.data() + given);
            stream_.avail_in = piece;
            const bool last = given + piece == bytes.size();
            given += piece;
            do {
                const std::size_t room =
                    std::max<std::size_t>(first_block, deflateBound(&stream_, stream_.avail_in));
                stream_.next_out = reinterpret_cast<Bytef*>(out.room(room));
                stream_.avail_out = clamped(room);
                status = deflate(&stream_, last ? Z_FINISH : Z_NO_FLUSH);
                out.commit(clamped(room) - stream_.avail_out);
            } while (stream_.avail_out == 0 && status == Z_OK);
        } while (status == Z_OK && given < bytes.size());
        if (status != Z_STREAM_END) {
            out.truncate(begin);
            return failure("deflate failed");
        }
        return {};
    }

private:
    bool prepare(int bits, int level) {
        if (open_ && bits == bits_ && level == level_) {
            return deflateReset(&stream_) == Z_OK;
        }
        close();
        constexpr int usual_memory = 8;
        open_ = deflateInit2(&stream_, level, Z_DEFLATED, bits, usual_memory, Z_DEFAULT_STRATEGY) ==
                Z_OK;
        bits_ = bits;
        level_ = level;
        return open_;
    }
    void close() {
        if (std::exchange(open_, false)) {
            deflateEnd(&stream_);
        }
    }

    z_stream stream_{};
    bool open_ = false;
    int bits_ = 0;
    int level_ = 0;
};

/// Output that grows from a guess, up to a limit.
class LimitedOutput {
public:
    LimitedOutput(std::size_t guess, std::size_t limit)
        : slab_(SlabRef::with_capacity(std::max<std::size_t>(std::min(guess, limit), 1))),
          limit_(limit) {}

    /// Room for more; empty when the limit is reached.
    std::span<char> room() {
        if (slab_.spare().empty() && slab_.size() < limit_) {
            SlabRef larger = SlabRef::with_capacity(std::min(slab_.size() * 2 + 1, limit_));
            larger.append(slab_.view());
            slab_ = std::move(larger);
        }
        const std::span<char> spare = slab_.spare();
        return spare.first(std::min(spare.size(), limit_ - slab_.size()));
    }
    void commit(std::size_t count) { slab_.commit(count); }
    SlabRef take() { return std::move(slab_); }

private:
    SlabRef slab_;
    std::size_t limit_;
};

std::unexpected<Error> over_limit() {
    return failure(std::string(decompression_limit_error));
}

/// An inflate state that is closed on every way out.
struct Inflater {
    z_stream stream{};
    bool open;
    explicit Inflater(int bits) : open(inflateInit2(&stream, bits) == Z_OK) {}
    ~Inflater() {
        if (open) {
            inflateEnd(&stream);
        }
    }
    Inflater(const Inflater&) = delete;
    Inflater& operator=(const Inflater&) = delete;
};

Result<SlabRef> inflate_all(CompressionAlgorithm algorithm, std::string_view bytes,
                            std::size_t limit) {
    Inflater inflater(window_bits(algorithm));
    if (!inflater.open) {
        return failure("inflate could not be initialised");
    }
    z_stream& stream = inflater.stream;
    LimitedOutput output(std::max(first_block, bytes.size() * 4), limit);
    const char* end = bytes.data() + bytes.size();
    stream.next_in = bytes_of(bytes.data());
    char beyond = 0;
    while (true) {
        const std::span<char> room = output.room();
        // At the limit, one byte more shows whether there is anything left.
        stream.next_out = reinterpret_cast<Bytef*>(room.empty() ? &beyond : room.data());
        const uInt offered = room.empty() ? 1 : clamped(room.size());
        stream.avail_out = offered;
        stream.avail_in =
            clamped(static_cast<std::size_t>(end - reinterpret_cast<const char*>(stream.next_in)));
        const int status = inflate(&stream, Z_NO_FLUSH);
        const uInt written = offered - stream.avail_out;
        if (room.empty() && written > 0) {
            return over_limit();
        }
        output.commit(written);
        const bool all_read = reinterpret_cast<const char*>(stream.next_in) == end;
        if (status == Z_STREAM_END) {
            if (all_read) {
                return output.take();
            }
            // A gzip file may have several members.
            if (algorithm != CompressionAlgorithm::Gzip || inflateReset(&stream) != Z_OK) {
                return failure("bytes behind the end of the compressed stream");
            }
        } else if (status != Z_OK || (all_read && written == 0)) {
            return failure(stream.msg != nullptr ? stream.msg : "unexpected end of file");
        }
    }
}

struct ZstdDeleter {
    void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
    void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};

/// A frame as a stream makes it, without the content's size: `e_end` in the first call would add
/// it.
Result<void> zstd_compress(int level, std::string_view bytes, ByteBuffer& out) {
    thread_local const std::unique_ptr<ZSTD_CCtx, ZstdDeleter> context(ZSTD_createCCtx());
    ZSTD_CCtx_reset(context.get(), ZSTD_reset_session_only);
    ZSTD_CCtx_setParameter(context.get(), ZSTD_c_compressionLevel, level);
    const std::size_t begin = out.size();
    ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
    std::size_t left = 1;
    while (left != 0) {
        const std::size_t room = ZSTD_compressBound(in.size - in.pos) + first_block;
        ZSTD_outBuffer to{out.room(room), room, 0};
        left = ZSTD_compressStream2(context.get(), &to, &in, ZSTD_e_continue);
        if (ZSTD_isError(left) == 0 && in.pos == in.size) {
            left = ZSTD_compressStream2(context.get(), &to, &in, ZSTD_e_end);
        }
        if (ZSTD_isError(left) != 0) {
            out.truncate(begin);
            return failure(ZSTD_getErrorName(left));
        }
        out.commit(to.pos);
    }
    return {};
}

Result<SlabRef> zstd_decompress(std::string_view bytes, std::size_t limit) {
    thread_local const std::unique_ptr<ZSTD_DCtx, ZstdDeleter> context(ZSTD_createDCtx());
    ZSTD_DCtx_reset(context.get(), ZSTD_reset_session_only);
    // The window is memory too: 128 MiB is what zstd itself takes by default.
    const auto known = ZSTD_getFrameContentSize(bytes.data(), bytes.size());
    const bool told = known != ZSTD_CONTENTSIZE_UNKNOWN && known != ZSTD_CONTENTSIZE_ERROR;
    if (told && known > limit) {
        return over_limit();
    }
    // A hostile header may promise much: grow towards it.
    const std::size_t guess = std::max(first_block, bytes.size() * 4);
    LimitedOutput output(told ? std::min<std::size_t>(known, guess * 16) : guess, limit);
    ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
    char beyond = 0;
    std::size_t wanted = 1;
    while (true) {
        const std::span<char> room = output.room();
        ZSTD_outBuffer to{room.empty() ? &beyond : room.data(), room.empty() ? 1 : room.size(), 0};
        const std::size_t read_before = in.pos;
        wanted = ZSTD_decompressStream(context.get(), &to, &in);
        if (ZSTD_isError(wanted) != 0) {
            return failure(ZSTD_getErrorName(wanted));
        }
        if (room.empty() && to.pos > 0) {
            return over_limit();
        }
        output.commit(to.pos);
        if (wanted == 0 && in.pos == in.size) {
            return output.take();
        }
        if (in.pos == in.size && to.pos == 0 && in.pos == read_before) {
            return failure("incomplete frame");
        }
    }
}

Result<SlabRef> snappy_decompress(std::string_view bytes, std::size_t limit) {
    std::size_t size = 0;
    if (!snappy::GetUncompressedLength(bytes.data(), bytes.size(), &size)) {
        return failure("snappy: corrupt input");
    }
    if (size > limit) {
        return over_limit();
    }
    // Nothing compresses better than 64 bytes in 3; a header that promises more lies.
    if (size > bytes.size() * 64) {
        return failure("snappy: corrupt input");
    }
    SlabRef slab = SlabRef::with_capacity(size);
    if (!snappy::RawUncompress(bytes.data(), bytes.size(), slab.spare().data())) {
        return failure("snappy: corrupt input");
    }
    slab.commit(size);
    return slab;
}

Result<void> snappy_compress(std::string_view bytes, ByteBuffer& out) {
    if (bytes.size() > std::numeric_limits<std::uint32_t>::max()) {
        return failure("snappy: more than 4 GiB");
    }
    char* room = out.room(snappy::MaxCompressedLength(bytes.size()));
    std::size_t size = 0;
    snappy::RawCompress(bytes.data(), bytes.size(), room, &size);
    out.commit(size);
    return {};
}

}  // namespace

std::string_view Compression::content_encoding() const {
    switch (algorithm) {
        case CompressionAlgorithm::None:
            return {};
        case CompressionAlgorithm::Gzip:
            return "gzip";
        case CompressionAlgorithm::Zlib:
            return "deflate";
        case CompressionAlgorithm::Zstd:
            return "zstd";
        case CompressionAlgorithm::Snappy:
        case CompressionAlgorithm::SnappyFramed:
            return "snappy";
    }
    return {};
}

std::optional<CompressionAlgorithm> algorithm_of(std::string_view content_encoding) {
    if (content_encoding.empty() || content_encoding == "identity") {
        return CompressionAlgorithm::None;
    }
    if (content_encoding == "gzip" || content_encoding == "x-gzip") {
        return CompressionAlgorithm::Gzip;
    }
    if (content_encoding == "deflate") {
        return CompressionAlgorithm::Zlib;
    }
    if (content_encoding == "zstd") {
        return CompressionAlgorithm::Zstd;
    }
    if (content_encoding == "snappy") {
        return CompressionAlgorithm::Snappy;
    }
    return std::nullopt;
}

Result<void> compress(Compression compression, std::string_view bytes, ByteBuffer& out) {
    switch (compression.algorithm) {
        case CompressionAlgorithm::None:
            out.append(bytes);
            return {};
        case CompressionAlgorithm::Gzip:
        case CompressionAlgorithm::Zlib: {
            thread_local Deflater deflater;
            return deflater.compress(compression.algorithm,
                                     compression.level.value_or(Z_DEFAULT_COMPRESSION), bytes, out);
        }
        case CompressionAlgorithm::Zstd:
            return zstd_compress(compression.level.value_or(0), bytes, out);
        case CompressionAlgorithm::Snappy:
            return snappy_compress(bytes, out);
        case CompressionAlgorithm::SnappyFramed:
            write_snappy_frames(bytes, out);
            return {};
    }
    return failure("unknown compression");
}

Result<SlabRef> decompress(CompressionAlgorithm algorithm, std::string_view bytes,
                           std::size_t limit) {
    switch (algorithm) {
        case CompressionAlgorithm::None:
            if (bytes.size() > limit) {
                return over_limit();
            }
            return SlabRef::copy_of(bytes);
        case CompressionAlgorithm::Gzip:
        case CompressionAlgorithm::Zlib:
            return inflate_all(algorithm, bytes, limit);
        case CompressionAlgorithm::Zstd:
            return zstd_decompress(bytes, limit);
        case CompressionAlgorithm::Snappy:
            return snappy_decompress(bytes, limit);
        case CompressionAlgorithm::SnappyFramed:
            return read_snappy_frames(bytes, limit);
    }
    return failure("unknown compression");
}

}  // namespace engine
