#include "engine/vrl/function.hpp"

namespace engine::vrl {
namespace {

Value run(Call& call) {
    return kind_of(call[0]) == kinds::floating ? call[0]
                                               : call.wrong_kind(kinds::floating, call[0]);
}

const Function float__function{
    .name = "float",
    .category = "Type",
    .summary = "The value when it is of type float, an error otherwise.",
    .parameters = {required("value", kinds::any, "The value to check.")},
    .returns = kinds::floating,
    .may_fail = [](const CallTypes& types) { return !types[0].is(kinds::floating); },
    .examples = {{"It is", R"(float(1.5))", R"(1.5)"},
                 {"From the event", R"(float!(.a))", R"(1.5)", R"({"a": 1.5})"},
                 {"It is not", R"(float!(null))",
                  R"(function call error for "float" at (0:12): expected float, got null)"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(float__function);
}  // namespace engine::vrl
