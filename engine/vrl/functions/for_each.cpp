#include "engine/vrl/function.hpp"

namespace engine::vrl {
namespace {

Value run(Call& call) {
    ClosureCall closure = call.closure();
    if (call[0].is_array()) {
        const std::span<const Value> items = call.items(0);
        for (std::size_t i = 0; i < items.size(); ++i) {
            if (closure(Value::integer(static_cast<std::int64_t>(i)), call.share(items[i]))
                    .is_failure()) {
                return Value::failure();
            }
        }
        return Value::null();
    }
    const ObjectNode& object = call.object(0);
    for (std::uint32_t i = 0; i < object.size(); ++i) {
        if (closure(Value::bytes(object.shape->key(i)), call.share(object.values[i]))
                .is_failure()) {
            return Value::failure();
        }
    }
    return Value::null();
}

const Function for_each_function{
    .name = "for_each",
    .category = "Enumerate",
    .summary = "Runs the closure for each item of an array or member of an object.",
    .parameters = {required("value", kinds::container, "The array or object to go through.")},
    .returns = kinds::null,
    .pure = false,
    .closure =
        ClosureRule{
            .parameters = key_and_value,
            .example =
                "for_each([1, 2]) -> |index, value| { .foo = to_int!(.foo) + index + value }"},
    .examples = {{"Count", R"(n = 0; for_each([1, 2, 3]) -> |_i, v| { n = n + v }; n)", R"(6)"},
                 {"Keys", R"(k = ""; for_each({"a": 1, "b": 2}) -> |key, _v| { k = k + key }; k)",
                  R"("ab")"},
                 {"Its result", R"(for_each([]) -> |_i, _v| { 1 })", R"(null)"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(for_each_function);
}  // namespace engine::vrl
