#include "engine/vrl/function.hpp"
#include "engine/vrl/nullish.hpp"

namespace engine::vrl {
namespace {

Value run(Call& call) {
    return Value::boolean(is_nullish(call[0]));
}

const Function is_nullish_function{
    .name = "is_nullish",
    .category = "Type",
    .summary = "Whether the value says that there is none: null, a blank string, or `-`.",
    .parameters = {required("value", kinds::any, "The value to look at.")},
    .returns = kinds::boolean,
    .examples = {{"Null", R"(is_nullish(null))", R"(true)"},
                 {"A dash", R"(is_nullish("-"))", R"(true)"},
                 {"Blanks", R"(is_nullish("  \n"))", R"(true)"},
                 {"A number", R"(is_nullish(0))", R"(false)"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(is_nullish_function);
}  // namespace engine::vrl
