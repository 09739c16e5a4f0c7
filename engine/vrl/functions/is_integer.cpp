#include "engine/vrl/function.hpp"

namespace engine::vrl {
namespace {

Value run(Call& call) {
    return Value::boolean(kind_of(call[0]) == kinds::integer);
}

const Function is_integer_function{
    .name = "is_integer",
    .category = "Type",
    .summary = "Whether the value is an integer.",
    .parameters = {required("value", kinds::any, "The value to look at.")},
    .returns = kinds::boolean,
    .examples = {{"It is", R"(is_integer(1))", R"(true)"},
                 {"It is not", R"(is_integer(1.5))", R"(false)"},
                 {"Any other value", R"(is_integer([1.5, 1]))", R"(false)"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(is_integer_function);
}  // namespace engine::vrl
