#include "engine/codec/compression.hpp"
#include "engine/vrl/function.hpp"

namespace engine::vrl {
namespace {

Value run(Call& call) {
    ByteBuffer out;
    if (auto done = compress({.algorithm = CompressionAlgorithm::Snappy}, call.bytes(0), out);
        !done) {
        return call.fail("unable to encode value with Snappy encoder");
    }
    return call.text(out.view());
}

const Function encode_snappy{
    .name = "encode_snappy",
    .category = "Codec",
    .summary = "Compresses the bytes with Snappy, as one raw block.",
    .parameters = {required("value", kinds::bytes, "The bytes to compress.")},
    .returns = kinds::bytes,
    .fallible = true,
    .examples = {{"There and back", R"(decode_snappy!(encode_snappy!("hello")))", R"("hello")"},
                 {"Short texts stay", R"(encode_base16(encode_snappy!("abc")))", R"("0308616263")"},
                 {"A string", R"(is_string(encode_snappy!("")))", "true"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(encode_snappy);
}  // namespace engine::vrl
