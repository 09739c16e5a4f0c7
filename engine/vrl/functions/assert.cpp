#include "engine/vrl/function.hpp"

namespace engine::vrl {
namespace {

Value run(Call& call) {
    if (call.boolean(0)) {
        return Value::boolean(true);
    }
    if (call.given(1) && !call[1].is_bytes()) {
        return call.wrong_kind(kinds::bytes, call[1]);
    }
    return call.given(1) ? call.context().fail(FailureKind::Abort, call.arena().copy(call.bytes(1)))
                         : call.context().fail(FailureKind::Abort, "assertion failed");
}

const Function assert_function{
    .name = "assert",
    .category = "Debug",
    .summary = "Ends the program with the message when the condition does not hold.",
    .parameters = {required("condition", kinds::boolean, "What must hold."),
                   optional("message", kinds::bytes, "What to say when it does not.").unchecked()},
    .returns = kinds::boolean,
    .fallible = true,
    .pure = false,
    .examples = {{"It holds", R"(assert!(1 == 1))", R"(true)"},
                 {"It does not", R"(assert!(1 == 2))", R"(assertion failed)"},
                 {"With a message", R"(assert!(false, message: "custom"))", R"(custom)"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(assert_function);
}  // namespace engine::vrl
