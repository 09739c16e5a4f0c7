#include "engine/vrl/function.hpp"

namespace engine::vrl {
namespace {

Value run(Call& call) {
    if ((call.items(0).size() + call.items(1).size()) * sizeof(Value) > call.room()) {
        return call.fail_for_memory();
    }
    Value array = call[0];
    freeze(array, call.arena());
    for (const Value& item : call.items(1)) {
        push_item(writable_array(array, call.arena()), call.share(item), call.arena());
    }
    return array;
}

const Function append_function{
    .name = "append",
    .category = "Array",
    .summary = "The array with the items of the other after its own.",
    .parameters = {required("value", kinds::array, "The array."),
                   required("items", kinds::array, "The items to add.")},
    .returns = kinds::array,
    .type = [](const CallTypes& types) { return appended(types[0], types[1]); },
    .examples = {{"Append items", R"(append([1, 2], [3, 4]))", R"([1, 2, 3, 4])"},
                 {"Nothing", R"(append([1], []))", R"([1])"},
                 {"To nothing", R"(append([], [1]))", R"([1])"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(append_function);
}  // namespace engine::vrl
