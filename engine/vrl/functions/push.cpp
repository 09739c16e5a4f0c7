#include "engine/vrl/function.hpp"

namespace engine::vrl {
namespace {

Value run(Call& call) {
    Value array = call[0];
    freeze(array, call.arena());
    push_item(writable_array(array, call.arena()), call.share(call[1]), call.arena());
    return array;
}

const Function push_function{
    .name = "push",
    .category = "Array",
    .summary = "The array with one more item at its end.",
    .parameters = {required("value", kinds::array, "The array."),
                   required("item", kinds::any, "The item to add.")},
    .returns = kinds::array,
    .type =
        [](const CallTypes& types) {
            return appended(types[0], Type::array({{0, types[1].defined()}}));
        },
    .examples = {{"Push an item", R"(push([1, 2], 3))", R"([1, 2, 3])"},
                 {"To nothing", R"(push([], "a"))", R"(["a"])"},
                 {"An array", R"(push([1], [2]))", R"([1, [2]])"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(push_function);
}  // namespace engine::vrl
