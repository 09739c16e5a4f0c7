#include "engine/vrl/encoding/base64.hpp"
#include "engine/vrl/function.hpp"

namespace engine::vrl {
namespace {

Value run(Call& call) {
    const auto alphabet = base64_alphabet(call.bytes(1));
    if (!alphabet) {
        return call.fail("unknown charset");
    }
    const auto bytes = base64_decoded(call.bytes(0), *alphabet, call.arena());
    return bytes ? Value::bytes(*bytes) : call.fail("unable to decode value from base64");
}

const Function decode_base64{
    .name = "decode_base64",
    .category = "Codec",
    .summary = "Reads bytes that are written in Base64.",
    .parameters = {required("value", kinds::bytes, "The Base64 text; padding may be missing."),
                   optional("charset", kinds::bytes, "The alphabet.", Value::bytes("standard"))
                       .one_of({"standard", "url_safe"})},
    .returns = kinds::bytes,
    .fallible = true,
    .examples = {{"A text", R"(decode_base64!("YWJj"))", R"("abc")"},
                 {"Padding may be missing", R"(decode_base64!("YQ"))", R"("a")"},
                 {"Malformed", R"(decode_base64("====") ?? "none")", R"("none")"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(decode_base64);
}  // namespace engine::vrl
