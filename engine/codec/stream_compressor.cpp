#include "engine/codec/stream_compressor.hpp"

#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <limits>

namespace engine {

namespace {

constexpr std::size_t output_step = std::size_t{16} * 1024;

class DeflateStream final : public StreamCompressor {
public:
    DeflateStream(int level, int window_bits)
        : open_(deflateInit2(&stream_, level, Z_DEFLATED, window_bits, 8, Z_DEFAULT_STRATEGY) ==
                Z_OK) {}
    ~DeflateStream() override {
        if (open_) {
            deflateEnd(&stream_);
        }
    }
    DeflateStream(const DeflateStream&) = delete;
    DeflateStream& operator=(const DeflateStream&) = delete;

    Result<void> append(std::string_view bytes, Flush flush, ByteBuffer& out) override {
        if (!open_) {
            return failure("deflate could not be initialised");
        }
        if (!begun_ && bytes.empty()) {
            return {};  // an empty stream is no stream
        }
        begun_ = true;
        do {
            constexpr std::size_t most = std::numeric_limits<uInt>::max();
            const std::string_view piece = bytes.substr(0, most);
            bytes.remove_prefix(piece.size());
            ENGINE_TRY(deflate_piece(piece, bytes.empty() ? flush : Flush::None, out));
        } while (!bytes.empty());
        if (flush == Flush::Finish) {
            begun_ = false;
            deflateReset(&stream_);
        }
        return {};
    }

private:
    Result<bool> deflate_piece(std::string_view piece, Flush flush, ByteBuffer& out) {
        const int mode = flush == Flush::None   ? Z_NO_FLUSH
                         : flush == Flush::Sync ? Z_SYNC_FLUSH
                                                : Z_FINISH;
        stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(piece.data()));
        stream_.avail_in = static_cast<uInt>(piece.size());
        do {
            stream_.next_out = reinterpret_cast<Bytef*>(out.room(output_step));
            stream_.avail_out = static_cast<uInt>(output_step);
            if (deflate(&stream_, mode) == Z_STREAM_ERROR) {
                return failure(stream_.msg != nullptr ? stream_.msg : "deflate failed");
            }
            out.commit(output_step - stream_.avail_out);
        } while (stream_.avail_out == 0);
        return true;
    }

    z_stream stream_{};
    bool open_;
    bool begun_ = false;
};

class ZstdStream final : public StreamCompressor {
public:
    explicit ZstdStream(int level) : context_(ZSTD_createCCtx()) {
        ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_compressionLevel, level);
        ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_checksumFlag, 1);
    }

    Result<void> append(std::string_view bytes, Flush flush, ByteBuffer& out) override {
        if (!begun_ && bytes.empty()) {
            return {};
        }
        begun_ = flush != Flush::Finish;
        const ZSTD_EndDirective mode = flush == Flush::None   ? ZSTD_e_continue
                                       : flush == Flush::Sync ? ZSTD_e_flush
                                                              : ZSTD_e_end;
        ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
        while (true) {
            ZSTD_outBuffer to{out.room(output_step), output_step, 0};
            const std::size_t left = ZSTD_compressStream2(context_.get(), &to, &in, mode);
            if (ZSTD_isError(left) != 0) {
                return failure(ZSTD_getErrorName(left));
            }
            out.commit(to.pos);
            if (mode == ZSTD_e_continue ? in.pos == in.size : left == 0) {
                return {};
            }
        }
    }

private:
    struct Deleter {
        void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
    };
    std::unique_ptr<ZSTD_CCtx, Deleter> context_;
    bool begun_ = false;
};

}  // namespace

Result<std::unique_ptr<StreamCompressor>> StreamCompressor::make(Compression compression) {
    constexpr int gzip_window_bits = MAX_WBITS + 16;  // zlib.h: 16 more writes gzip's frame
    switch (compression.algorithm) {
        case CompressionAlgorithm::None:
            return nullptr;
        case CompressionAlgorithm::Gzip:
            return std::make_unique<DeflateStream>(compression.level.value_or(-1),
                                                   gzip_window_bits);
        case CompressionAlgorithm::Zlib:
            return std::make_unique<DeflateStream>(compression.level.value_or(-1), MAX_WBITS);
        case CompressionAlgorithm::Zstd:
            return std::make_unique<ZstdStream>(compression.level.value_or(ZSTD_CLEVEL_DEFAULT));
        default:
            return failure("this algorithm compresses whole blocks only");
    }
}

}  // namespace engine
