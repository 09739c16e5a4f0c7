#include "engine/vrl/function.hpp"

namespace engine::vrl {
namespace {

Value run(Call& call) {
    return Value::boolean(kind_of(call[0]) == kinds::bytes);
}

const Function is_string_function{
    .name = "is_string",
    .category = "Type",
    .summary = "Whether the value is a string.",
    .parameters = {required("value", kinds::any, "The value to look at.")},
    .returns = kinds::boolean,
    .examples = {{"It is", R"(is_string("a"))", R"(true)"},
                 {"It is not", R"(is_string(1))", R"(false)"},
                 {"Any other value", R"(is_string([1, "a"]))", R"(false)"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(is_string_function);
}  // namespace engine::vrl
