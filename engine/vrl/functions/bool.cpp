#include "engine/vrl/function.hpp"

namespace engine::vrl {
namespace {

Value run(Call& call) {
    return kind_of(call[0]) == kinds::boolean ? call[0] : call.wrong_kind(kinds::boolean, call[0]);
}

const Function bool__function{
    .name = "bool",
    .category = "Type",
    .summary = "The value when it is of type boolean, an error otherwise.",
    .parameters = {required("value", kinds::any, "The value to check.")},
    .returns = kinds::boolean,
    .may_fail = [](const CallTypes& types) { return !types[0].is(kinds::boolean); },
    .examples = {{"It is", R"(bool(true))", R"(true)"},
                 {"From the event", R"(bool!(.a))", R"(true)", R"({"a": true})"},
                 {"It is not", R"(bool!(null))",
                  R"(function call error for "bool" at (0:11): expected boolean, got null)"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(bool__function);
}  // namespace engine::vrl
