#include "engine/vrl/function.hpp"

namespace engine::vrl {
namespace {

Value run(Call& call) {
    return Value::boolean(call.query(0).exists(call.context()));
}

const Function exists_function{
    .name = "exists",
    .category = "Path",
    .summary = "Whether there is a value at the path; null counts as one.",
    .parameters = {required("field", kinds::any, "The path.").query()},
    .returns = kinds::boolean,
    .examples = {{"It is there", R"(exists(.a))", R"(true)", R"({"a": null})"},
                 {"It is not", R"(exists(.b))", R"(false)", R"({"a": 1})"},
                 {"Of an array", R"(exists(.a[1]))", R"(true)", R"({"a": [1, 2]})"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(exists_function);
}  // namespace engine::vrl
