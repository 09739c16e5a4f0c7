#include "engine/vrl/function.hpp"

namespace engine::vrl {
namespace {

// Meanings tell sinks which field holds the message, the time, and so on, where events are
// described by a schema. Without schemas, as here, they have no effect: the reference ignores them
// likewise unless its experimental `schema.enabled` is set.
Value run(Call&) {
    return Value::null();
}

const Function set_semantic_meaning_function{
    .name = "set_semantic_meaning",
    .category = "Event",
    .summary = "Declares what a field means, for schemas of events.",
    .parameters = {required("target", kinds::any, "The path of the field.").query(),
                   required("meaning", kinds::bytes, "Its meaning, such as `message`.").literal()},
    .returns = kinds::null,
    .examples = {{"A field", R"(set_semantic_meaning(.a, "message"))", R"(null)"},
                 {"A nested field", R"(set_semantic_meaning(.a.b[0], "timestamp"))", R"(null)"},
                 {"The event stays", R"(set_semantic_meaning(.a, "message"); .)", R"({ "a": 1 })",
                  R"({"a": 1})"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(set_semantic_meaning_function);
}  // namespace engine::vrl
