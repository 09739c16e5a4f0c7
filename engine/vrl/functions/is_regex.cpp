#include "engine/vrl/function.hpp"

namespace engine::vrl {
namespace {

Value run(Call& call) {
    return Value::boolean(kind_of(call[0]) == kinds::regex);
}

const Function is_regex_function{
    .name = "is_regex",
    .category = "Type",
    .summary = "Whether the value is a regular expression.",
    .parameters = {required("value", kinds::any, "The value to look at.")},
    .returns = kinds::boolean,
    .examples = {{"It is", R"(is_regex(r'a'))", R"(true)"},
                 {"It is not", R"(is_regex("a"))", R"(false)"},
                 {"Any other value", R"(is_regex(["a", r'a']))", R"(false)"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(is_regex_function);
}  // namespace engine::vrl
