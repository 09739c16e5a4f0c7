#include "engine/vrl/function.hpp"

namespace engine::vrl {
namespace {

Value run(Call& call) {
    if (equal(call[0], call[1])) {
        return Value::boolean(true);
    }
    if (!call.given(2)) {
        return call.fail("assertion failed: {} == {}", display(call[0]), display(call[1]));
    }
    return call[2].is_bytes() ? call.fail(call.bytes(2)) : call.wrong_kind(kinds::bytes, call[2]);
}

const Function assert_eq_function{
    .name = "assert_eq",
    .category = "Debug",
    .summary = "Ends the program with the message when the two values are not equal.",
    .parameters = {required("left", kinds::any, "One value."),
                   required("right", kinds::any, "The other."),
                   optional("message", kinds::bytes, "What to say when they differ.").unchecked()},
    .returns = kinds::boolean,
    .fallible = true,
    .pure = false,
    .examples = {{"They are", R"(assert_eq!([1], [1]))", R"(true)"},
                 {"They are not", R"(assert_eq!(1, 0))",
                  R"(function call error for "assert_eq" at (0:16): assertion failed: 1 == 0)"},
                 {"With a message", R"(assert_eq!(1, 0, message: "custom"))",
                  R"(function call error for "assert_eq" at (0:35): custom)"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(assert_eq_function);
}  // namespace engine::vrl
