#include "engine/vrl/encoding/base16.hpp"
#include "engine/vrl/function.hpp"

namespace engine::vrl {
namespace {

Value run(Call& call) {
    const auto bytes = base16_decoded(call.bytes(0), call.arena());
    return bytes ? Value::bytes(*bytes) : call.fail("unable to decode value to base16");
}

const Function decode_base16{
    .name = "decode_base16",
    .category = "Codec",
    .summary = "Reads bytes that are written as hexadecimal digits.",
    .parameters = {required("value", kinds::bytes, "The digits.")},
    .returns = kinds::bytes,
    .fallible = true,
    .examples = {{"A text", R"(decode_base16!("616263"))", R"("abc")"},
                 {"Case does not matter", R"(decode_base16!("4A4b"))", R"("JK")"},
                 {"Half a byte", R"(decode_base16("6") ?? "none")", R"("none")"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(decode_base16);
}  // namespace engine::vrl
