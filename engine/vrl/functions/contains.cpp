#include "engine/vrl/function.hpp"
#include "engine/vrl/letter_case.hpp"

namespace engine::vrl {
namespace {

bool test(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

Value run(Call& call) {
    if (call.boolean(2)) {
        return Value::boolean(test(call.bytes(0), call.bytes(1)));
    }
    const Value text = to_lower(call.bytes(0), call.arena());
    const Value part = to_lower(call.bytes(1), call.arena());
    return Value::boolean(test(text.as_bytes(), part.as_bytes()));
}

const Function contains_function{
    .name = "contains",
    .category = "String",
    .summary = "Whether the text contains the other.",
    .parameters = {required("value", kinds::bytes, "The text to look at."),
                   required("substring", kinds::bytes, "The text to look for."),
                   optional("case_sensitive", kinds::boolean, "Whether case matters.",
                            Value::boolean(true))},
    .returns = kinds::boolean,
    .examples = {{"It does", R"(contains("The message", "mess"))", R"(true)"},
                 {"It does not", R"(contains("The message", "x"))", R"(false)"},
                 {"Ignoring case", R"(contains("ABC", "b", case_sensitive: false))", R"(true)"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(contains_function);
}  // namespace engine::vrl
