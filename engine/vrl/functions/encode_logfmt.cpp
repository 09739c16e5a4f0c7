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
    std::string text;
    const KeyValueStyle style{.booleans = KeyValueStyle::Booleans::Flattened};
    return write_key_values(call[0], first, style, call.room(), text)
               ? call.text(text)
               : call.fail("the text is too large");
}

const Function encode_logfmt_function{
    .name = "encode_logfmt",
    .category = "Codec",
    .summary = "Writes the object as logfmt.",
    .parameters = {required("value", kinds::object, "The object."),
                   optional("fields_ordering", kinds::array, "Fields that come first.",
                            Value::array(&no_fields))},
    .returns = kinds::bytes,
    .may_fail = [](const CallTypes& types) { return types.given(1); },
    .examples = {{"A line", R"(encode_logfmt({"msg": "hello there", "n": 1}))",
                  R"("msg=\"hello there\" n=1")"},
                 {"Nested", R"(encode_logfmt({"a": {"b": 1}}))", R"("a.b=1")"},
                 {"In order", R"(encode_logfmt!({"a": 1, "b": 2}, fields_ordering: ["b"]))",
                  R"("b=2 a=1")"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(encode_logfmt_function);
}  // namespace engine::vrl
