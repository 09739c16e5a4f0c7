#include "engine/codec/protobuf/message.hpp"
#include "engine/vrl/encoding/protobuf_call.hpp"

namespace engine::vrl {
namespace {

Value run(Call& call) {
    const auto& schema = *call.state<protobuf::Schema>();
    const auto bytes = protobuf::encode(
        schema.root(), call[0],
        call.boolean(3) ? protobuf::StringCoercion::Lossy : protobuf::StringCoercion::Strict);
    return bytes ? call.text(*bytes) : call.fail(bytes.error());
}

const Function encode_proto{
    .name = "encode_proto",
    .category = "Codec",
    .summary = "Writes an object as a Protocol Buffers message.",
    .parameters = {required("value", kinds::any, "The object."), descriptor_file_parameter(),
                   message_type_parameter(),
                   optional("allow_lossy_string_coercion", kinds::boolean,
                            "Whether numbers, booleans and times become strings where the message "
                            "has strings.",
                            Value::boolean(true))},
    .returns = kinds::bytes,
    .fallible = true,
    .examples =
        {{.title = "A message",
          .source =
              R"(encode_base16(encode_proto!({"id": "x", "count": 12}, "shop.desc", "shop.Order")))",
          .result = R"("0a0178100c")",
          .file = example_file,
          .file_text = example_descriptor},
         {.title = "Numbers become text",
          .source = R"(encode_base16(encode_proto!({"id": 5}, "shop.desc", "shop.Order")))",
          .result = R"("0a0135")",
          .file = example_file,
          .file_text = example_descriptor},
         {.title = "Unless that is refused",
          .source =
              R"(encode_proto({"id": 5}, "shop.desc", "shop.Order", allow_lossy_string_coercion: false) ?? "no")",
          .result = R"("no")",
          .file = example_file,
          .file_text = example_descriptor}},
    .prepare = prepare_schema,
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(encode_proto);
}  // namespace engine::vrl
