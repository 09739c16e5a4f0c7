#include "engine/vrl/function.hpp"

namespace engine::vrl {
namespace {

Value filter_array(Call& call, ClosureCall closure) {
    const std::span<const Value> items = call.items(0);
    ArrayNode* kept = new_array(items.size(), call.arena());
    for (std::size_t i = 0; i < items.size(); ++i) {
        const Value verdict =
            closure(Value::integer(static_cast<std::int64_t>(i)), call.share(items[i]));
        if (verdict.is_failure()) {
            return verdict;
        }
        if (verdict.as_boolean()) {
            kept->items[kept->size++] = items[i];
        }
    }
    return Value::array(kept);
}

Value filter_object(Call& call, ClosureCall closure) {
    const ObjectNode& object = call.object(0);
    auto* kept = call.arena().allocate_array<Member>(object.size());
    std::size_t count = 0;
    for (std::uint32_t i = 0; i < object.size(); ++i) {
        const std::string_view key = object.shape->key(i);
        const Value verdict = closure(Value::bytes(key), call.share(object.values[i]));
        if (verdict.is_failure()) {
            return verdict;
        }
        if (verdict.as_boolean()) {
            kept[count++] = {key, object.values[i]};
        }
    }
    return object_of({kept, count}, call.arena());
}

Value run(Call& call) {
    return call[0].is_array() ? filter_array(call, call.closure())
                              : filter_object(call, call.closure());
}

const Function filter{
    .name = "filter",
    .category = "Enumerate",
    .summary =
        "Keeps the items of an array, or the members of an object, for which the closure "
        "returns true.",
    .parameters = {required("value", kinds::container, "The array or object to filter.")},
    .returns = kinds::container,
    .type = [](const CallTypes& types) { return closed_over(types[0]); },
    .closure = ClosureRule{.parameters = key_and_value,
                           .result = ClosureResult::Boolean,
                           .example = "filter([1, 2]) -> |index, _value| { index == 0 }"},
    .examples = {{"Keep some members",
                  R"(filter({"a": 1, "b": 2}) -> |_key, value| { value == 2 })", R"({ "b": 2 })"},
                 {"Keep some items", R"(filter([1, 2, 3]) -> |_index, value| { value > 1 })",
                  "[2, 3]"},
                 {"By position", R"(filter(["a", "b"]) -> |index, _value| { index == 0 })",
                  R"(["a"])"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(filter);
}  // namespace engine::vrl
