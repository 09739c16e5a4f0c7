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
    .prepare = prepare_schema,
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(parse_proto);
}  // namespace engine::vrl
