#include "engine/codec/compression.hpp"
#include "engine/vrl/function.hpp"

namespace engine::vrl {
namespace {

Value run(Call& call) {
    const auto text = decompress(CompressionAlgorithm::Snappy, call.bytes(0), call.room());
    return text ? call.text(text->view()) : call.fail("unable to decode value with Snappy decoder");
}

const Function decode_snappy{
    .name = "decode_snappy",
    .category = "Codec",
    .summary = "Expands a raw block of Snappy.",
    .parameters = {required("value", kinds::bytes, "The compressed bytes.")},
    .returns = kinds::bytes,
    .fallible = true,
    .examples = {{"There and back", R"(decode_snappy!(encode_snappy!("hello")))", R"("hello")"},
                 {"Nothing", R"(decode_snappy("") ?? "none")", R"("none")"},
                 {"Something else", R"(decode_snappy("hello, world") ?? "none")", R"("none")"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(decode_snappy);
}  // namespace engine::vrl
