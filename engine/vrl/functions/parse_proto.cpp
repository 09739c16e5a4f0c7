#include "engine/codec/protobuf/message.hpp"
#include "engine/vrl/encoding/protobuf_call.hpp"

namespace engine::vrl {
namespace {

Value run(Call& call) {
    const auto& schema = *call.state<protobuf::Schema>();
    const auto value = protobuf::decode(schema.root(), call.bytes(0), call.arena());
    return value ? *value : call.fail(value.error());
}

const Function parse_proto{
    .name = "parse_proto",
    .category = "Parse",
    .summary = "Parses a Protocol Buffers message.",
    .parameters = {required("value", kinds::bytes, "The message's bytes."),
                   descriptor_file_parameter(), message_type_parameter()},
    .returns = kinds::json,
    .type = [](const CallTypes&) { return Type::json(); },
    .fallible = true,
    .examples =
        {{.title = "A message",
          .source = R"(parse_proto!(decode_base16!("0a0178100c"), "shop.desc", "shop.Order"))",
          .result = R"({ "count": 12, "id": "x" })",
          .file = example_file,
          .file_text = example_descriptor},
         {.title = "Repeated fields",
          .source = R"(parse_proto!(decode_base16!("1a01611a0162"), "shop.desc", "shop.Order"))",
          .result = R"({ "tags": ["a", "b"] })",
          .file = example_file,
          .file_text = example_descriptor},
         {.title = "Cut off",
          .source =
              R"(parse_proto(decode_base16!("0a05"), "shop.desc", "shop.Order") ?? "cut off")",
          .result = R"("cut off")",
          .file = example_file,
          .file_text = example_descriptor}},
    .prepare = prepare_schema,
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(parse_proto);
}  // namespace engine::vrl
