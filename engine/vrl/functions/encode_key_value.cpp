#include "engine/vrl/function.hpp"
#include "engine/vrl/key_value/key_value_writer.hpp"

namespace engine::vrl {
namespace {

ArrayNode no_fields{};

Value run(Call& call) {
    const auto first = call.items(1);
    for (std::size_t i = 0; i < first.size(); ++i) {
        if (!first[i].is_bytes()) {
            return call.fail("invalid field value type at index {}: expected string, got {}", i,
                             Type::of(first[i]).describe());
        }
    }
    const KeyValueStyle style{.key_value_delimiter = call.bytes(2),
                              .field_delimiter = call.bytes(3),
                              .booleans = call.boolean(4) ? KeyValueStyle::Booleans::Flattened
                                                          : KeyValueStyle::Booleans::Written};
    std::string text;
    return write_key_values(call[0], first, style, call.room(), text)
               ? call.text(text)
               : call.fail("the text is too large");
}

const Function encode_key_value_function{
    .name = "encode_key_value",
    .category = "Codec",
    .summary = "Writes the object as `key=value` pairs; nested fields get keys such as `a.b`.",
    .parameters = {required("value", kinds::object, "The object."),
                   optional("fields_ordering", kinds::array, "Fields that come first.",
                            Value::array(&no_fields)),
                   optional("key_value_delimiter", kinds::bytes,
                            "What stands between a key and its value.", Value::bytes("=")),
                   optional("field_delimiter", kinds::bytes, "What stands between pairs.",
                            Value::bytes(" ")),
                   optional("flatten_boolean", kinds::boolean,
                            "Whether true is written as the key alone, and false left out.",
                            Value::boolean(false))},
    .returns = kinds::bytes,
    .may_fail = [](const CallTypes& types) { return types.given(1); },
    .examples = {{"Pairs", R"(encode_key_value({"b": 1, "a": "x y"}))", R"("a=\"x y\" b=1")"},
                 {"Nested", R"(encode_key_value({"a": {"b": [1, 2]}}))", R"("a.b.0=1 a.b.1=2")"},
                 {"Flags", R"(encode_key_value({"a": true, "b": false}, flatten_boolean: true))",
                  R"("a")"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(encode_key_value_function);
}  // namespace engine::vrl
