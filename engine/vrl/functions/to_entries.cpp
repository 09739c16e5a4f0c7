#include <array>

#include "engine/vrl/function.hpp"

namespace engine::vrl {
namespace {

Value entry(Value key, const Value& value, Call& call) {
    std::array<Member, 2> members{Member{"key", key}, Member{"value", call.share(value)}};
    return object_of(members, call.arena());
}

Value run(Call& call) {
    if (call[0].is_array()) {
        const std::span<const Value> items = call.items(0);
        ArrayNode* entries = new_array(items.size(), call.arena());
        for (std::size_t i = 0; i < items.size(); ++i) {
            entries->items[entries->size++] =
                entry(Value::integer(static_cast<std::int64_t>(i)), items[i], call);
        }
        return Value::array(entries);
    }
    const ObjectNode& object = call.object(0);
    ArrayNode* entries = new_array(object.size(), call.arena());
    for (std::uint32_t i = 0; i < object.size(); ++i) {
        entries->items[entries->size++] =
            entry(Value::bytes(object.shape->key(i)), object.values[i], call);
    }
    return Value::array(entries);
}

Type type(const CallTypes& types) {
    Kinds key;
    Type value;
    if (types[0].may_be(kinds::object)) {
        key = key | kinds::bytes;
        value = value.unite(types[0].any_field());
    }
    if (types[0].may_be(kinds::array)) {
        key = key | kinds::integer;
        value = value.unite(types[0].any_item());
    }
    return Type::array_of(Type::object({{"key", Type(key)}, {"value", value.defined()}}));
}

const Function to_entries_function{
    .name = "to_entries",
    .category = "Object",
    .summary = "An array of `{ \"key\": …, \"value\": … }`, one for each member or item.",
    .parameters = {required("value", kinds::container, "The object or array.")},
    .returns = kinds::array,
    .type = type,
    .examples = {{"An object", R"(to_entries({"a": 1}))", R"([{ "key": "a", "value": 1 }])"},
                 {"An array", R"(to_entries(["x"]))", R"([{ "key": 0, "value": "x" }])"},
                 {"Nothing", R"(to_entries({}))", R"([])"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(to_entries_function);
}  // namespace engine::vrl
