#include "engine/vrl/function.hpp"
#include "engine/vrl/key_value/key_value_parser.hpp"

namespace engine::vrl {
namespace {

Value run(Call& call) {
    std::string buffer;
    std::string_view text = utf8_lossy(call.bytes(0), buffer);
    if (text.data() == buffer.data() || text.size() <= Value::inline_capacity) {
        text = call.arena().copy(text);  // keys are views too, and must outlive the argument
    }
    const auto parsed = parse_key_values(text, KeyValueSyntax{}, call.arena());
    return parsed ? *parsed : call.fail("{}", parsed.error());
}

const Function parse_logfmt_function{
    .name = "parse_logfmt",
    .category = "Parse",
    .summary = "Parses a line of logfmt; keys without value are true.",
    .parameters = {required("value", kinds::bytes, "The text.")},
    .returns = kinds::object,
    .fallible = true,
    .examples = {{"A line", R"(parse_logfmt!("level=info msg=\"hello world\""))",
                  R"({ "level": "info", "msg": "hello world" })"},
                 {"A flag", R"(parse_logfmt!("a=1 flag"))", R"({ "a": "1", "flag": true })"},
                 {"An empty value", R"(parse_logfmt!("a="))", R"({ "a": "" })"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(parse_logfmt_function);
}  // namespace engine::vrl
