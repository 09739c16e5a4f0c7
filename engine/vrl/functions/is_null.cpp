#include "engine/vrl/function.hpp"

namespace engine::vrl {
namespace {

Value run(Call& call) {
    return Value::boolean(kind_of(call[0]) == kinds::null);
}

const Function is_null_function{
    .name = "is_null",
    .category = "Type",
    .summary = "Whether the value is null.",
    .parameters = {required("value", kinds::any, "The value to look at.")},
    .returns = kinds::boolean,
    .examples = {{"It is", R"(is_null(null))", R"(true)"},
                 {"It is not", R"(is_null(0))", R"(false)"},
                 {"Any other value", R"(is_null([0, null]))", R"(false)"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(is_null_function);
}  // namespace engine::vrl
