#include "engine/vrl/function.hpp"
#include "engine/vrl/nullish.hpp"

namespace engine::vrl {
namespace {

/// Which values count as empty.
struct Emptiness {
    bool recursive;
    bool null;
    bool string;
    bool object;
    bool array;
    bool nullish;

    [[nodiscard]] bool is_empty(const Value& value) const {
        if (nullish && is_nullish(value)) {
            return true;
        }
        switch (value.kind()) {
            case ValueKind::Null:
                return null;
            case ValueKind::Bytes:
                return string && value.as_bytes().empty();
            case ValueKind::Object:
                return object && value.as_object().size() == 0;
            case ValueKind::Array:
                return array && value.as_array().size == 0;
            default:
                return false;
        }
    }
};

Value compact(const Value& value, const Emptiness& emptiness, Call& call);

Value compact_child(const Value& value, const Emptiness& emptiness, Call& call) {
    return emptiness.recursive && (value.is_object() || value.is_array())
               ? compact(value, emptiness, call)
               : call.share(value);
}

Value compact(const Value& value, const Emptiness& emptiness, Call& call) {
    if (value.is_array()) {
        const std::span<const Value> items = value.as_array().view();
        ArrayNode* kept = new_array(items.size(), call.arena());
        for (const Value& item : items) {
            const Value child = compact_child(item, emptiness, call);
            if (!emptiness.is_empty(child)) {
                kept->items[kept->size++] = child;
            }
        }
        return Value::array(kept);
    }
    const ObjectNode& object = value.as_object();
    auto* kept = call.arena().allocate_array<Member>(object.size());
    std::size_t count = 0;
    for (std::uint32_t i = 0; i < object.size(); ++i) {
        const Value child = compact_child(object.values[i], emptiness, call);
        if (!emptiness.is_empty(child)) {
            kept[count++] = {object.shape->key(i), child};
        }
    }
    return object_of({kept, count}, call.arena());
}

Value run(Call& call) {
    const Emptiness emptiness{.recursive = call.boolean(1),
                              .null = call.boolean(2),
                              .string = call.boolean(3),
                              .object = call.boolean(4),
                              .array = call.boolean(5),
                              .nullish = call.boolean(6)};
    return compact(call[0], emptiness, call);
}

const Function compact_function{
    .name = "compact",
    .category = "Enumerate",
    .summary = "The object or array without the values that are empty.",
    .parameters =
        {required("value", kinds::container, "The object or array."),
         optional("recursive", kinds::boolean, "Whether containers within are compacted too.",
                  Value::boolean(true)),
         optional("null", kinds::boolean, "Whether null is empty.", Value::boolean(true)),
         optional("string", kinds::boolean, "Whether the empty string is.", Value::boolean(true)),
         optional("object", kinds::boolean, "Whether the empty object is.", Value::boolean(true)),
         optional("array", kinds::boolean, "Whether the empty array is.", Value::boolean(true)),
         optional("nullish", kinds::boolean, "Whether blank strings and `-` are.",
                  Value::boolean(false))},
    .returns = kinds::container,
    .type = [](const CallTypes& types) -> Type {
        return types[0].is(kinds::array) ? kinds::array : kinds::object;
    },
    .examples = {{"An object", R"(compact({"a": null, "b": {"c": ""}, "d": 1}))", R"({ "d": 1 })"},
                 {"An array", R"(compact([1, null, [], "x"]))", R"([1, "x"])"},
                 {"Nullish values too", R"(compact({"a": "-", "b": "b"}, nullish: true))",
                  R"({ "b": "b" })"},
                 {"Keep empty strings", R"(compact(["", null], string: false))", R"([""])"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(compact_function);
}  // namespace engine::vrl
