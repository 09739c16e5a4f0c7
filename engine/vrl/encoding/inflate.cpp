#include "engine/vrl/encoding/inflate.hpp"

#include <zlib.h>

#include <limits>

namespace engine::vrl {

std::optional<std::string> inflated(std::string_view bytes, DeflateFormat format,
                                    std::size_t limit) {
    if (bytes.size() > std::numeric_limits<uInt>::max()) {
        return std::nullopt;
    }
    z_stream stream{};
    const int window_bits = format == DeflateFormat::Gzip ? MAX_WBITS + 16 : MAX_WBITS;
    if (inflateInit2(&stream, window_bits) != Z_OK) {
        return std::nullopt;
    }
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    stream.avail_in = static_cast<uInt>(bytes.size());
    std::string out;
    int status = Z_OK;
    while (status == Z_OK && out.size() <= limit) {
        char chunk[16384];
        stream.next_out = reinterpret_cast<Bytef*>(chunk);
        stream.avail_out = sizeof chunk;
        status = inflate(&stream, Z_NO_FLUSH);
        out.append(chunk, sizeof chunk - stream.avail_out);
    }
    inflateEnd(&stream);
    const bool is_cut = status == Z_BUF_ERROR && format == DeflateFormat::Zlib;
    if ((status != Z_STREAM_END && !is_cut) || out.size() > limit) {
        return std::nullopt;
    }
    return out;
}

}  // namespace engine::vrl
