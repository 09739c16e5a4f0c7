#include "engine/vrl/function.hpp"

namespace engine::vrl {
namespace {

Value run(Call& call) {
    return kind_of(call[0]) == kinds::object ? call[0] : call.wrong_kind(kinds::object, call[0]);
}

const Function object_function{
    .name = "object",
    .category = "Type",
    .summary = "The value when it is of type object, an error otherwise.",
    .parameters = {required("value", kinds::any, "The value to check.")},
    .returns = kinds::object,
    .type =
        [](const CallTypes& types) {
            return types[0].may_be(kinds::object) ? types[0].with_kinds(kinds::object)
                                                  : Type(kinds::object);
        },
    .may_fail = [](const CallTypes& types) { return !types[0].is(kinds::object); },
    .examples = {{"It is", R"(object({ "a": 1 }))", R"({ "a": 1 })"},
                 {"From the event", R"(object!(.a))", R"({ "a": 1 })", R"({"a": { "a": 1 }})"},
                 {"It is not", R"(object!(null))",
                  R"(function call error for "object" at (0:13): expected object, got null)"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(object_function);
}  // namespace engine::vrl
