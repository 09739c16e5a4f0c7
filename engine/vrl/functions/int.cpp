#include "engine/vrl/function.hpp"

namespace engine::vrl {
namespace {

Value run(Call& call) {
    return kind_of(call[0]) == kinds::integer ? call[0] : call.wrong_kind(kinds::integer, call[0]);
}

const Function int__function{
    .name = "int",
    .category = "Type",
    .summary = "The value when it is of type integer, an error otherwise.",
    .parameters = {required("value", kinds::any, "The value to check.")},
    .returns = kinds::integer,
    .may_fail = [](const CallTypes& types) { return !types[0].is(kinds::integer); },
    .examples = {{"It is", R"(int(1))", R"(1)"},
                 {"From the event", R"(int!(.a))", R"(1)", R"({"a": 1})"},
                 {"It is not", R"(int!(null))",
                  R"(function call error for "int" at (0:10): expected integer, got null)"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(int__function);
}  // namespace engine::vrl
