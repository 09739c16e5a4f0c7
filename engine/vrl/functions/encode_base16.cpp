#include "engine/vrl/encoding/base16.hpp"
#include "engine/vrl/function.hpp"

namespace engine::vrl {
namespace {

Value run(Call& call) {
    return Value::bytes(base16(call.bytes(0), call.arena()));
}

const Function encode_base16{
    .name = "encode_base16",
    .category = "Codec",
    .summary = "Writes the bytes as hexadecimal digits.",
    .parameters = {required("value", kinds::bytes, "The bytes to encode.")},
    .returns = kinds::bytes,
    .examples = {{"A text", R"(encode_base16("abc"))", R"("616263")"},
                 {"Other letters", R"(encode_base16("é"))", R"("c3a9")"},
                 {"Nothing", R"(encode_base16(""))", R"("")"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(encode_base16);
}  // namespace engine::vrl
