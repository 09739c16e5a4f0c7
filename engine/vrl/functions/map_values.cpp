#include "engine/vrl/function.hpp"
#include "engine/vrl/growth.hpp"

namespace engine::vrl {
namespace {

Value map(const Value& value, bool recursive, ClosureCall& closure, Call& call) {
    Value result = call.share(value);
    const bool is_array = value.is_array();
    const std::uint32_t count = is_array ? value.as_array().size : value.as_object().size();
    std::size_t shared = 0;
    for (std::uint32_t i = 0; i < count; ++i) {
        Value item = call.share(is_array ? value.as_array().items[i] : value.as_object().values[i]);
        if (recursive && (item.is_array() || item.is_object())) {
            item = map(item, recursive, closure, call);
        } else {
            item = closure(item);
        }
        if (item.is_failure()) {
            return item;
        }
        shared += is_shared(item) ? 1 : 0;
        Value* values = is_array ? writable_array(result, call.arena()).items
                                 : writable_object(result, call.arena()).values;
        values[i] = item;
    }
    count_shared(call.context(), shared);
    return result;
}

Value run(Call& call) {
    ClosureCall closure = call.closure();
    return map(call[0], call.boolean(1), closure, call);
}

const Function map_values_function{
    .name = "map_values",
    .category = "Enumerate",
    .summary = "The array or object with each value replaced by what the closure makes of it.",
    .parameters = {required("value", kinds::container, "The array or object."),
                   optional("recursive", kinds::boolean,
                            "Whether containers within are mapped too.", Value::boolean(false))},
    .returns = kinds::container,
    .type =
        [](const CallTypes& types) {
            Type result;
            if (types[0].may_be(kinds::object)) {
                result = result.unite(Type::object_of(types.closure));
            }
            if (types[0].may_be(kinds::array)) {
                result = result.unite(Type::array_of(types.closure));
            }
            return result;
        },
    .closure =
        ClosureRule{
            .parameters = value_only,
            .example =
                "map_values({ \"one\" : \"one\", \"two\": \"two\" }) -> |value| { upcase(value) }"},
    .examples = {{"An object", R"(map_values({"a": 1}) -> |v| { v + 1 })", R"({ "a": 2 })"},
                 {"An array", R"(map_values([1, 2]) -> |v| { v * 2 })", R"([2, 4])"},
                 {"Nothing", R"(map_values([]) -> |v| { v })", R"([])"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(map_values_function);
}  // namespace engine::vrl
