#include "engine/vrl/function.hpp"

namespace engine::vrl {
namespace {

Value run(Call& call) {
    return Value::boolean(kind_of(call[0]) == kinds::object);
}

const Function is_object_function{
    .name = "is_object",
    .category = "Type",
    .summary = "Whether the value is an object.",
    .parameters = {required("value", kinds::any, "The value to look at.")},
    .returns = kinds::boolean,
    .examples = {{"It is", R"(is_object({}))", R"(true)"},
                 {"It is not", R"(is_object([]))", R"(false)"},
                 {"Any other value", R"(is_object([[], {}]))", R"(false)"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(is_object_function);
}  // namespace engine::vrl
