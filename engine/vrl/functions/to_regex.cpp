#include "engine/vrl/function.hpp"
#include "engine/vrl/regex/dynamic_regex.hpp"

namespace engine::vrl {
namespace {

Value run(Call& call) {
    std::string buffer;
    const auto regex = regex::dynamic_regex(utf8_lossy(call.bytes(0), buffer));
    return regex ? Value::regex(*regex) : call.fail("could not create regex: {}", regex.error());
}

const Function to_regex_function{
    .name = "to_regex",
    .category = "Coerce",
    .summary = "Makes a regular expression of a text that is known only at run time.",
    .parameters = {required("value", kinds::bytes, "The pattern.")},
    .returns = kinds::regex,
    .fallible = true,
    .examples = {{"A pattern", R"(to_regex!("^a$"))", "r'^a$'"},
                 {"To match with", R"(match("ab", to_regex!("b$")))", "true"},
                 {"From the event", R"(match("ab", to_regex!(.pattern)))", "false",
                  R"({"pattern": "^b"})"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(to_regex_function);
}  // namespace engine::vrl
