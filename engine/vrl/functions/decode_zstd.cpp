#include "engine/codec/compression.hpp"
#include "engine/vrl/function.hpp"

namespace engine::vrl {
namespace {

Value run(Call& call) {
    const auto text = decompress(CompressionAlgorithm::Zstd, call.bytes(0), call.room());
    return text && !call.bytes(0).empty() ? call.text(text->view())
                                          : call.fail("unable to decode value with Zstd decoder");
}

const Function decode_zstd{
    .name = "decode_zstd",
    .category = "Codec",
    .summary = "Expands what Zstandard compressed.",
    .parameters = {required("value", kinds::bytes, "The compressed bytes.")},
    .returns = kinds::bytes,
    .fallible = true,
    .examples = {{"There and back", R"(decode_zstd!(encode_zstd("hello")))", R"("hello")"},
                 {"Nothing", R"(decode_zstd("") ?? "none")", R"("none")"},
                 {"Something else", R"(decode_zstd("hello") ?? "none")", R"("none")"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(decode_zstd);
}  // namespace engine::vrl
