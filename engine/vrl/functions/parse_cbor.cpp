#include "engine/codec/cbor_parser.hpp"
#include "engine/vrl/function.hpp"

namespace engine::vrl {
namespace {

Value run(Call& call) {
    const auto value = engine::parse_cbor(call.bytes(0), call.arena());
    return value ? *value : call.fail("unable to parse cbor: {}", value.error());
}

const Function parse_cbor_function{
    .name = "parse_cbor",
    .category = "Parse",
    .summary = "Parses CBOR, as far as JSON can express it.",
    .parameters = {required("value", kinds::bytes, "The bytes.")},
    .returns = kinds::json,
    .type = [](const CallTypes&) { return Type::json(); },
    .fallible = true,
    .examples = {{"An object", R"(parse_cbor!(decode_base16!("a1616101")))", R"({ "a": 1 })"},
                 {"A list", R"(parse_cbor!(decode_base16!("9f0102ff")))", R"([1, 2])"},
                 {"Cut off", R"(parse_cbor(decode_base16!("61")) ?? "cut off")", R"("cut off")"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(parse_cbor_function);
}  // namespace engine::vrl
