#include "engine/vrl/function.hpp"

namespace engine::vrl {
namespace {

Value map(const Value& value, ClosureCall& closure, Call& call);

Value map_object(const ObjectNode& object, bool recursive, ClosureCall& closure, Call& call) {
    auto* members = call.arena().allocate_array<Member>(object.size());
    for (std::uint32_t i = 0; i < object.size(); ++i) {
        const Value key = closure(Value::bytes(object.shape->key(i)));
        if (key.is_failure()) {
            return key;
        }
        const Value value =
            recursive ? map(object.values[i], closure, call) : call.share(object.values[i]);
        if (value.is_failure()) {
            return value;
        }
        members[i] = {call.arena().copy(key.as_bytes()), value};
    }
    return object_of({members, object.size()}, call.arena());
}

/// All objects in the value, at any depth.
Value map(const Value& value, ClosureCall& closure, Call& call) {
    if (value.is_object()) {
        return map_object(value.as_object(), true, closure, call);
    }
    if (!value.is_array()) {
        return value;
    }
    const std::span<const Value> items = value.as_array().view();
    ArrayNode* mapped = new_array(items.size(), call.arena());
    for (const Value& item : items) {
        const Value result = map(item, closure, call);
        if (result.is_failure()) {
            return result;
        }
        mapped->items[mapped->size++] = result;
    }
    return Value::array(mapped);
}

Value run(Call& call) {
    ClosureCall closure = call.closure();
    return map_object(call.object(0), call.boolean(1), closure, call);
}

const Function map_keys_function{
    .name = "map_keys",
    .category = "Enumerate",
    .summary = "The object with each key replaced by what the closure makes of it.",
    .parameters = {required("value", kinds::object, "The object."),
                   optional("recursive", kinds::boolean, "Whether objects within are mapped too.",
                            Value::boolean(false))},
    .returns = kinds::object,
    .closure =
        ClosureRule{.parameters = key_only,
                    .result = ClosureResult::Bytes,
                    .example = "map_keys({ \"one\" : 1, \"two\": 2 }) -> |key| { upcase(key) }"},
    .examples = {{"Upper case", R"(map_keys({"a": 1}) -> |key| { upcase(key) })", R"({ "A": 1 })"},
                 {"At all levels",
                  R"(map_keys({"a": [{"b": 1}]}, recursive: true) -> |key| { "x" + key })",
                  R"({ "xa": [{ "xb": 1 }] })"},
                 {"Of equal keys the last one counts",
                  R"(map_keys({"a": 1, "b": 2}) -> |_key| { "same" })", R"({ "same": 2 })"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(map_keys_function);
}  // namespace engine::vrl
