#include "engine/vrl/encoding/deflate_level.hpp"
#include "engine/vrl/function.hpp"

namespace engine::vrl {
namespace {

Value run(Call& call) {
    return deflated(call, CompressionAlgorithm::Zlib);
}

const Function encode_zlib{
    .name = "encode_zlib",
    .category = "Codec",
    .summary = "Compresses the bytes with Zlib.",
    .parameters = {required("value", kinds::bytes, "The bytes to compress."),
                   deflate_level_parameter()},
    .returns = kinds::bytes,
    .may_fail = deflate_level_may_fail,
    .examples = {{"There and back", R"(decode_zlib!(encode_zlib("hello")))", R"("hello")"},
                 {"Best compression", R"(decode_zlib!(encode_zlib("hello", compression_level: 9)))",
                  R"("hello")"},
                 {"A string", R"(is_string(encode_zlib("")))", "true"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(encode_zlib);
}  // namespace engine::vrl
