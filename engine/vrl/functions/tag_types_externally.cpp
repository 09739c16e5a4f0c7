#include <array>

#include "engine/vrl/function.hpp"

namespace engine::vrl {
namespace {

std::string_view tag_of(ValueKind kind) {
    switch (kind) {
        case ValueKind::Boolean:
            return "boolean";
        case ValueKind::Integer:
            return "integer";
        case ValueKind::Float:
            return "float";
        case ValueKind::Timestamp:
            return "timestamp";
        case ValueKind::Regex:
            return "regex";
        default:
            return "string";
    }
}

Value tagged(const Value& value, Arena& arena) {
    if (value.is_null()) {
        return value;
    }
    if (value.is_array()) {
        const std::span<const Value> items = value.as_array().view();
        ArrayNode* array = new_array(items.size(), arena);
        for (const Value& item : items) {
            array->items[array->size++] = tagged(item, arena);
        }
        return Value::array(array);
    }
    if (value.is_object()) {
        const ObjectNode& object = value.as_object();
        ObjectNode* result = new_object(object.shape, arena);
        for (std::uint32_t i = 0; i < object.size(); ++i) {
            result->values[i] = tagged(object.values[i], arena);
        }
        return Value::object(result);
    }
    std::array<Member, 1> members{Member{tag_of(value.kind()), value}};
    return object_of(members, arena);
}

Value run(Call& call) {
    return tagged(call[0], call.arena());
}

Type type(const CallTypes& types) {
    const Type& value = types[0];
    Kinds result = (value.kinds() & (kinds::array | kinds::null));
    if (value.may_be(kinds::undefined)) {
        result = result | kinds::null;
    }
    if (!value.is(kinds::array | kinds::null)) {
        result = result | kinds::object;
    }
    return result;
}

const Function tag_types_externally_function{
    .name = "tag_types_externally",
    .category = "Type",
    .summary = "Wraps each scalar, at any depth, in an object whose key names its type.",
    .parameters = {required("value", kinds::any, "The value to tag.")},
    .returns = kinds::container | kinds::null,
    .type = type,
    .examples = {{"A number", R"(tag_types_externally(1))", R"({ "integer": 1 })"},
                 {"An object", R"(tag_types_externally({"a": "x"}))",
                  R"({ "a": { "string": "x" } })"},
                 {"Null stays", R"(tag_types_externally([null, true]))",
                  R"([null, { "boolean": true }])"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(tag_types_externally_function);
}  // namespace engine::vrl
