#include "engine/vrl/function.hpp"
#include "engine/vrl/literal_array.hpp"
#include "engine/vrl/regex/regex.hpp"

namespace engine::vrl {
namespace {

using Patterns = std::vector<const regex::Regex*>;

Prepared prepare(Preparation& call) {
    const auto items = literal_array(call, 1, "patterns");
    if (!items) {
        return std::unexpected(items.error());
    }
    auto patterns = std::make_shared<Patterns>();
    for (const Value& item : *items) {
        if (!item.is_regex()) {
            return std::unexpected(CompileError::unexpected_type(kinds::regex, item));
        }
        patterns->push_back(&item.as_regex());
    }
    return patterns;
}

Value run(Call& call) {
    const std::string_view text = call.bytes(0);
    return Value::boolean(
        std::ranges::any_of(*call.state<Patterns>(),
                            [&](const regex::Regex* pattern) { return pattern->matches(text); }));
}

const Function match_any{
    .name = "match_any",
    .category = "String",
    .summary = "Whether the text matches any of the regular expressions.",
    .parameters = {required("value", kinds::bytes, "The text to search."),
                   required("patterns", kinds::array, "The regular expressions, as literals.")},
    .returns = kinds::boolean,
    .examples = {{"One of them", R"(match_any("abc", [r'z', r'c$']))", "true"},
                 {"None of them", R"(match_any("abc", [r'z']))", "false"},
                 {"There are none", R"(match_any("abc", []))", "false"}},
    .prepare = prepare,
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(match_any);
}  // namespace engine::vrl
