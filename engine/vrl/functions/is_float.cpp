#include "engine/vrl/function.hpp"

namespace engine::vrl {
namespace {

Value run(Call& call) {
    return Value::boolean(kind_of(call[0]) == kinds::floating);
}

const Function is_float_function{
    .name = "is_float",
    .category = "Type",
    .summary = "Whether the value is a float.",
    .parameters = {required("value", kinds::any, "The value to look at.")},
    .returns = kinds::boolean,
    .examples = {{"It is", R"(is_float(1.5))", R"(true)"},
                 {"It is not", R"(is_float(1))", R"(false)"},
                 {"Any other value", R"(is_float([1, 1.5]))", R"(false)"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(is_float_function);
}  // namespace engine::vrl
