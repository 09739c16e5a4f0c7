#include "engine/codec/json_parser.hpp"
#include "engine/vrl/function.hpp"

namespace engine::vrl {
namespace {

/// The name of the value's JSON type, as `variant` names it.
std::string_view variant_of(const Value& value) {
    switch (value.kind()) {
        case ValueKind::Object:
            return "object";
        case ValueKind::Array:
            return "array";
        case ValueKind::Boolean:
            return "bool";
        case ValueKind::Integer:
        case ValueKind::Float:
            return "number";
        case ValueKind::Bytes:
            return "string";
        default:
            return "null";
    }
}

/// An integer too large for i64 parses to a string: its text still begins like a number.
bool is_large_number(std::string_view text) {
    const std::size_t begin = text.find_first_not_of(" \t\r\n");
    return begin != std::string_view::npos && text[begin] != '"';
}

Value run(Call& call) {
    const std::string_view text = call.bytes(0);
    const Result<Value> parsed = JsonParser::local().parse(text, call.arena());
    if (!parsed) {
        return Value::boolean(false);
    }
    if (!call.given(1)) {
        return Value::boolean(true);
    }
    const std::string_view variant =
        parsed->is_bytes() && is_large_number(text) ? "number" : variant_of(*parsed);
    return Value::boolean(variant == call.bytes(1));
}

const Function is_json_function{
    .name = "is_json",
    .category = "Type",
    .summary = "Whether the text is valid JSON (of one type, where that is given).",
    .parameters = {required("value", kinds::bytes, "The text to look at."),
                   optional("variant", kinds::bytes, "The type that it must have.")
                       .literal()
                       .one_of({"object", "array", "bool", "number", "string", "null"})},
    .returns = kinds::boolean,
    .examples = {{"An object", R"(is_json("{}"))", R"(true)"},
                 {"No JSON", R"(is_json("{"))", R"(false)"},
                 {"Of a type", R"(is_json("[1]", variant: "array"))", R"(true)"},
                 {"Of another type", R"(is_json("1", variant: "string"))", R"(false)"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(is_json_function);
}  // namespace engine::vrl
