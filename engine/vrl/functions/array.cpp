#include "engine/vrl/function.hpp"

namespace engine::vrl {
namespace {

Value run(Call& call) {
    return kind_of(call[0]) == kinds::array ? call[0] : call.wrong_kind(kinds::array, call[0]);
}

const Function array_function{
    .name = "array",
    .category = "Type",
    .summary = "The value when it is of type array, an error otherwise.",
    .parameters = {required("value", kinds::any, "The value to check.")},
    .returns = kinds::array,
    .type =
        [](const CallTypes& types) {
            return types[0].may_be(kinds::array) ? types[0].with_kinds(kinds::array)
                                                 : Type(kinds::array);
        },
    .may_fail = [](const CallTypes& types) { return !types[0].is(kinds::array); },
    .examples = {{"It is", R"(array([1]))", R"([1])"},
                 {"From the event", R"(array!(.a))", R"([1])", R"({"a": [1]})"},
                 {"It is not", R"(array!(null))",
                  R"(function call error for "array" at (0:12): expected array, got null)"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(array_function);
}  // namespace engine::vrl
