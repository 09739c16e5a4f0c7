#include "engine/vrl/encoding/base64.hpp"
#include "engine/vrl/function.hpp"

namespace engine::vrl {
namespace {

Value run(Call& call) {
    const auto alphabet = base64_alphabet(call.bytes(2));
    if (!alphabet) {
        return call.fail("unknown charset");
    }
    const auto padding = call.boolean(1) ? Base64Padding::With : Base64Padding::Without;
    return Value::bytes(base64(call.bytes(0), *alphabet, padding, call.arena()));
}

const Function encode_base64{
    .name = "encode_base64",
    .category = "Codec",
    .summary = "Writes the bytes in Base64.",
    .parameters = {required("value", kinds::bytes, "The bytes to encode."),
                   optional("padding", kinds::boolean, "Whether `=` fills the last group.",
                            Value::boolean(true)),
                   optional("charset", kinds::bytes, "The alphabet.", Value::bytes("standard"))
                       .one_of({"standard", "url_safe"})},
    .returns = kinds::bytes,
    .examples = {{"A text", R"(encode_base64("a"))", R"("YQ==")"},
                 {"Without padding", R"(encode_base64("a", padding: false))", R"("YQ")"},
                 {"For URLs", R"(encode_base64("~~~???>>>", charset: "url_safe"))",
                  R"("fn5-Pz8_Pj4-")"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(encode_base64);
}  // namespace engine::vrl
