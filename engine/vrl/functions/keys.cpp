#include "engine/vrl/function.hpp"

namespace engine::vrl {
namespace {

Value run(Call& call) {
    const auto& shape = *call.object(0).shape;
    ArrayNode* keys = new_array(shape.size(), call.arena());
    for (const std::string_view key : shape.keys()) {
        keys->items[keys->size++] = Value::bytes(key);
    }
    return Value::array(keys);
}

const Function keys_function{
    .name = "keys",
    .category = "Enumerate",
    .summary = "The keys of the object.",
    .parameters = {required("value", kinds::object, "The object.")},
    .returns = kinds::array,
    .type = [](const CallTypes&) { return Type::array_of(kinds::bytes); },
    .examples = {{"Keys", R"(keys({"b": 1, "a": 2}))", R"(["a", "b"])"},
                 {"None", R"(keys({}))", R"([])"},
                 {"Nested ones do not count", R"(keys({"a": {"b": 1}}))", R"(["a"])"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(keys_function);
}  // namespace engine::vrl
