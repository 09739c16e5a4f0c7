#include <zstd.h>

#include "engine/codec/compression.hpp"
#include "engine/vrl/function.hpp"

namespace engine::vrl {
namespace {

Value run(Call& call) {
    const std::int64_t level =
        std::clamp<std::int64_t>(call.integer(1), ZSTD_minCLevel(), ZSTD_maxCLevel());
    ByteBuffer out;
    const Compression compression{.algorithm = CompressionAlgorithm::Zstd,
                                  .level = static_cast<int>(level)};
    if (auto done = compress(compression, call.bytes(0), out); !done) {
        return call.fail(done.error().message);
    }
    return call.text(out.view());
}

const Function encode_zstd{
    .name = "encode_zstd",
    .category = "Codec",
    .summary = "Compresses the bytes with Zstandard.",
    .parameters = {required("value", kinds::bytes, "The bytes to compress."),
                   optional("compression_level", kinds::integer, "Up to 22; 0 is the usual one.",
                            Value::integer(3))},
    .returns = kinds::bytes,
    .examples = {{"There and back", R"(decode_zstd!(encode_zstd("hello")))", R"("hello")"},
                 {"Best compression",
                  R"(decode_zstd!(encode_zstd("hello", compression_level: 22)))", R"("hello")"},
                 {"A string", R"(is_string(encode_zstd("")))", "true"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(encode_zstd);
}  // namespace engine::vrl
