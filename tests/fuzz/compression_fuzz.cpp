#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "engine/codec/compression.hpp"
#include "engine/codec/stream_compressor.hpp"

// Any bytes as compressed ones, in the algorithm that the first byte chooses: what they expand to
// stays within the limit. And any bytes compressed, at once or as a stream, expand to themselves.
namespace {

using namespace engine;

constexpr CompressionAlgorithm algorithms[] = {
    CompressionAlgorithm::None, CompressionAlgorithm::Gzip,   CompressionAlgorithm::Zlib,
    CompressionAlgorithm::Zstd, CompressionAlgorithm::Snappy, CompressionAlgorithm::SnappyFramed};
constexpr std::size_t limit = std::size_t{256} << 10;

void require(bool condition) {
    if (!condition)
        std::abort();
}

void round_trip(CompressionAlgorithm algorithm, std::string_view bytes) {
    ByteBuffer compressed;
    require(compress({.algorithm = algorithm}, bytes, compressed).has_value());
    const Result<SlabRef> again = decompress(algorithm, compressed.view(), bytes.size());
    require(again && again->view() == bytes);
    if (!bytes.empty() && algorithm != CompressionAlgorithm::None) {
        const Result<SlabRef> over = decompress(algorithm, compressed.view(), bytes.size() - 1);
        require(!over && over.error().message == decompression_limit_error);
    }
    auto stream = StreamCompressor::make({.algorithm = algorithm});
    if (!stream || *stream == nullptr || bytes.empty())
        return;  // a stream that nothing was appended to is not begun
    ByteBuffer streamed;
    const std::size_t half = bytes.size() / 2;
    using enum StreamCompressor::Flush;
    require((*stream)->append(bytes.substr(0, half), Sync, streamed).has_value());
    require((*stream)->append(bytes.substr(half), Finish, streamed).has_value());
    const Result<SlabRef> whole = decompress(algorithm, streamed.view(), bytes.size());
    require(whole && whole->view() == bytes);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0)
        return 0;
    const CompressionAlgorithm algorithm = algorithms[data[0] % std::size(algorithms)];
    const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
    const Result<SlabRef> expanded = decompress(algorithm, bytes, limit);
    require(!expanded || expanded->size() <= limit);
    round_trip(algorithm, bytes);
    return 0;
}
