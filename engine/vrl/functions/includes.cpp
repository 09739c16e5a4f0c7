#include "engine/vrl/function.hpp"

namespace engine::vrl {
namespace {

Value run(Call& call) {
    for (const Value& item : call.items(0)) {
        if (equal(item, call[1])) {
            return Value::boolean(true);
        }
    }
    return Value::boolean(false);
}

const Function includes_function{
    .name = "includes",
    .category = "Enumerate",
    .summary = "Whether the array has the item.",
    .parameters = {required("value", kinds::array, "The array."),
                   required("item", kinds::any, "The item to look for.")},
    .returns = kinds::boolean,
    .examples = {{"It has", R"(includes(["apple", "orange"], "orange"))", R"(true)"},
                 {"It has not", R"(includes([1, 2], 3))", R"(false)"},
                 {"Kinds must match", R"(includes([1], 1.0))", R"(false)"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(includes_function);
}  // namespace engine::vrl
