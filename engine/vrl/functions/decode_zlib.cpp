#include "engine/vrl/encoding/inflate.hpp"
#include "engine/vrl/function.hpp"

namespace engine::vrl {
namespace {

Value run(Call& call) {
    const auto text = inflated(call.bytes(0), DeflateFormat::Zlib, call.room());
    return text ? call.text(*text) : call.fail("unable to decode value with Zlib decoder");
}

const Function decode_zlib{
    .name = "decode_zlib",
    .category = "Codec",
    .summary = "Expands what Zlib compressed.",
    .parameters = {required("value", kinds::bytes, "The compressed bytes.")},
    .returns = kinds::bytes,
    .fallible = true,
    .examples = {{"There and back", R"(decode_zlib!(encode_zlib("hello")))", R"("hello")"},
                 {"Nothing", R"(decode_zlib!(""))", R"("")"},
                 {"Something else", R"(decode_zlib("hello") ?? "none")", R"("none")"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(decode_zlib);
}  // namespace engine::vrl
