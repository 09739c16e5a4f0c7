#include "engine/vrl/function.hpp"

namespace engine::vrl {
namespace {

Value run(Call& call) {
    return Value::boolean(kind_of(call[0]) == kinds::boolean);
}

const Function is_boolean_function{
    .name = "is_boolean",
    .category = "Type",
    .summary = "Whether the value is a boolean.",
    .parameters = {required("value", kinds::any, "The value to look at.")},
    .returns = kinds::boolean,
    .examples = {{"It is", R"(is_boolean(true))", R"(true)"},
                 {"It is not", R"(is_boolean("true"))", R"(false)"},
                 {"Any other value", R"(is_boolean(["true", true]))", R"(false)"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(is_boolean_function);
}  // namespace engine::vrl
