#include "engine/vrl/function.hpp"

namespace engine::vrl {
namespace {

Value run(Call& call) {
    return Value::boolean(kind_of(call[0]) == kinds::array);
}

const Function is_array_function{
    .name = "is_array",
    .category = "Type",
    .summary = "Whether the value is an array.",
    .parameters = {required("value", kinds::any, "The value to look at.")},
    .returns = kinds::boolean,
    .examples = {{"It is", R"(is_array([1]))", R"(true)"},
                 {"It is not", R"(is_array({}))", R"(false)"},
                 {"Any other value", R"(is_array([{}, [1]]))", R"(true)"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(is_array_function);
}  // namespace engine::vrl
