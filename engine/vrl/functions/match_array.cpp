#include <algorithm>

#include "engine/vrl/function.hpp"
#include "engine/vrl/regex/regex.hpp"

namespace engine::vrl {
namespace {

Value run(Call& call) {
    const regex::Regex& pattern = call[1].as_regex();
    const auto matches = [&](const Value& item) {
        return item.is_bytes() && pattern.matches(item.as_bytes());
    };
    return Value::boolean(call.boolean(2) ? std::ranges::all_of(call.items(0), matches)
                                          : std::ranges::any_of(call.items(0), matches));
}

const Function match_array_function{
    .name = "match_array",
    .category = "Enumerate",
    .summary = "Whether any string (or all items) of the array matches the regular expression.",
    .parameters = {required("value", kinds::array, "The array."),
                   required("pattern", kinds::regex, "The regular expression."),
                   optional("all", kinds::boolean, "Whether every item must match.",
                            Value::boolean(false))},
    .returns = kinds::boolean,
    .examples = {{"Any", R"(match_array(["foo", "bar"], r'^f'))", R"(true)"},
                 {"All", R"(match_array(["foo", "bar"], r'^f', all: true))", R"(false)"},
                 {"Only strings match", R"(match_array([1], r'1'))", R"(false)"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(match_array_function);
}  // namespace engine::vrl
