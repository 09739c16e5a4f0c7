#include "engine/vrl/encoding/deflate_level.hpp"
#include "engine/vrl/function.hpp"

namespace engine::vrl {
namespace {

Value run(Call& call) {
    return deflated(call, CompressionAlgorithm::Gzip);
}

const Function encode_gzip{
    .name = "encode_gzip",
    .category = "Codec",
    .summary = "Compresses the bytes with Gzip.",
    .parameters = {required("value", kinds::bytes, "The bytes to compress."),
                   deflate_level_parameter()},
    .returns = kinds::bytes,
    .may_fail = deflate_level_may_fail,
    .examples = {{"There and back", R"(decode_gzip!(encode_gzip("hello")))", R"("hello")"},
                 {"Best compression", R"(decode_gzip!(encode_gzip("hello", compression_level: 9)))",
                  R"("hello")"},
                 {"A string", R"(is_string(encode_gzip("")))", "true"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(encode_gzip);
}  // namespace engine::vrl
