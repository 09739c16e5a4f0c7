#include "engine/vrl/function.hpp"

namespace engine::vrl {
namespace {

Value run(Call& call) {
    Value array = call.share(call[0]);
    if (!call.items(0).empty()) {
        --writable_array(array, call.arena()).size;
    }
    return array;
}

Type type(const CallTypes& types) {
    const Type& array = types[0];
    if (array.items() == nullptr || !array.rest_of_array().is_never()) {
        return Type::array_of(array.any_item());
    }
    Type::Items items = *array.items();
    if (!items.empty()) {
        items.erase(std::prev(items.end()));
    }
    return Type::array(std::move(items));
}

const Function pop_function{
    .name = "pop",
    .category = "Array",
    .summary = "The array without its last item.",
    .parameters = {required("value", kinds::array, "The array.")},
    .returns = kinds::array,
    .type = type,
    .examples = {{"Drop the last item", R"(pop([1, 2]))", R"([1])"},
                 {"The only one", R"(pop(["a"]))", R"([])"},
                 {"Nothing to drop", R"(pop([]))", R"([])"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(pop_function);
}  // namespace engine::vrl
