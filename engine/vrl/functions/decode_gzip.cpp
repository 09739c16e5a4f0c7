#include "engine/vrl/encoding/inflate.hpp"
#include "engine/vrl/function.hpp"

namespace engine::vrl {
namespace {

Value run(Call& call) {
    const auto text = inflated(call.bytes(0), DeflateFormat::Gzip, call.room());
    return text ? call.text(*text) : call.fail("unable to decode value with Gzip decoder");
}

const Function decode_gzip{
    .name = "decode_gzip",
    .category = "Codec",
    .summary = "Expands what Gzip compressed.",
    .parameters = {required("value", kinds::bytes, "The compressed bytes.")},
    .returns = kinds::bytes,
    .fallible = true,
    .examples = {{"There and back", R"(decode_gzip!(encode_gzip("hello")))", R"("hello")"},
                 {"Cut off", R"(decode_gzip(slice!(encode_gzip("hello"), 0, 12)) ?? "none")",
                  R"("none")"},
                 {"Something else", R"(decode_gzip("hello") ?? "none")", R"("none")"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(decode_gzip);
}  // namespace engine::vrl
