#include "engine/vrl/function.hpp"
#include "engine/vrl/regex/regex.hpp"

namespace engine::vrl {
namespace {

Value run(Call& call) {
    return Value::boolean(call[1].as_regex().matches(call.bytes(0)));
}

const Function match{
    .name = "match",
    .category = "String",
    .summary = "Whether the text matches the regular expression anywhere.",
    .parameters = {required("value", kinds::bytes, "The text to search."),
                   required("pattern", kinds::regex, "The regular expression.")},
    .returns = kinds::boolean,
    .examples = {{"A match", R"(match("I'm a little teapot", r'teapot'))", "true"},
                 {"No match", R"(match("I'm a little teapot", r'^teapot'))", "false"},
                 {"Case is ignored", R"(match("Teapot", r'(?i)TEAPOT'))", "true"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(match);
}  // namespace engine::vrl
