#include "engine/vrl/function.hpp"

namespace engine::vrl {
namespace {

Value run(Call& call) {
    const ObjectNode& object = call.object(0);
    ArrayNode* values = new_array(object.size(), call.arena());
    for (std::uint32_t i = 0; i < object.size(); ++i) {
        values->items[values->size++] = call.share(object.values[i]);
    }
    return Value::array(values);
}

const Function values_function{
    .name = "values",
    .category = "Enumerate",
    .summary = "The values of the object, in the order of its keys.",
    .parameters = {required("value", kinds::object, "The object.")},
    .returns = kinds::array,
    .type = [](const CallTypes& types) { return Type::array_of(types[0].any_field()); },
    .examples = {{"Values", R"(values({"b": 1, "a": 2}))", R"([2, 1])"},
                 {"None", R"(values({}))", R"([])"},
                 {"Nested", R"(values({"a": {"b": 1}}))", R"([{ "b": 1 }])"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(values_function);
}  // namespace engine::vrl
