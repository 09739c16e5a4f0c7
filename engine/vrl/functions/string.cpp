#include "engine/vrl/function.hpp"

namespace engine::vrl {
namespace {

Value run(Call& call) {
    return kind_of(call[0]) == kinds::bytes ? call[0] : call.wrong_kind(kinds::bytes, call[0]);
}

const Function string_function{
    .name = "string",
    .category = "Type",
    .summary = "The value when it is of type string, an error otherwise.",
    .parameters = {required("value", kinds::any, "The value to check.")},
    .returns = kinds::bytes,
    .may_fail = [](const CallTypes& types) { return !types[0].is(kinds::bytes); },
    .examples = {{"It is", R"(string("a"))", R"("a")"},
                 {"From the event", R"(string!(.a))", R"("a")", R"({"a": "a"})"},
                 {"It is not", R"(string!(null))",
                  R"(function call error for "string" at (0:13): expected string, got null)"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(string_function);
}  // namespace engine::vrl
