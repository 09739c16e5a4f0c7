#include "engine/vrl/function.hpp"
#include "engine/vrl/letter_case.hpp"

namespace engine::vrl {
namespace {

Value run(Call& call) {
    const bool folds = !call.boolean(2);
    const Value text = folds ? to_lower(call.bytes(0), call.arena()) : call[0];
    bool has_all = true;
    for (const Value& item : call.items(1)) {
        if (!item.is_bytes()) {
            return call.wrong_kind(kinds::bytes, item);
        }
        const Value part = folds ? to_lower(item.as_bytes(), call.arena()) : item;
        has_all = has_all && text.as_bytes().find(part.as_bytes()) != std::string_view::npos;
    }
    return Value::boolean(has_all);
}

const Function contains_all{
    .name = "contains_all",
    .category = "String",
    .summary = "Whether the text contains all of the others.",
    .parameters = {required("value", kinds::bytes, "The text to look at."),
                   required("substrings", kinds::array, "The texts to look for."),
                   optional("case_sensitive", kinds::boolean, "Whether case matters.",
                            Value::boolean(true))},
    .returns = kinds::boolean,
    .examples = {{"All", R"(contains_all("The NEEDLE in the haystack", ["NEEDLE", "hay"]))",
                  "true"},
                 {"Not all", R"(contains_all("abc", ["a", "z"]))", "false"},
                 {"Ignoring case", R"(contains_all("ABC", ["a", "b"], case_sensitive: false))",
                  "true"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(contains_all);
}  // namespace engine::vrl
