#include "engine/vrl/function.hpp"
#include "engine/vrl/grok/grok.hpp"

namespace engine::vrl {
namespace {

Prepared prepare(Preparation& call) {
    auto grok = Grok::compile(call.constant(1)->as_bytes());
    if (!grok) {
        return std::unexpected(CompileError{.code = 112,
                                            .message = grok.error(),
                                            .labels = {"grok pattern error: " + grok.error()},
                                            .is_documented = false});
    }
    return *grok;
}

Value run(Call& call) {
    std::string buffer;
    std::string_view text = utf8_lossy(call.bytes(0), buffer);
    if (text.data() == buffer.data()) {
        text = call.arena().copy(text);
    }
    const std::optional<Value> fields = call.state<Grok>()->match(text, call.arena());
    return fields ? *fields : call.fail("unable to parse input with grok pattern");
}

const Function parse_grok_function{
    .name = "parse_grok",
    .category = "Parse",
    .summary = "The named parts of the first match of the grok pattern.",
    .parameters = {required("value", kinds::bytes, "The text."),
                   required("pattern", kinds::bytes, "The grok pattern.").literal()},
    .returns = kinds::object,
    .fallible = true,
    .examples =
        {{"Two fields", R"(parse_grok!("joe 42", "%{WORD:name} %{INT:age}"))",
          R"({ "age": "42", "name": "joe" })"},
         {"Groups of its own", R"(parse_grok!("abc1", "(?<letters>[a-z]+)%{INT}"))",
          R"({ "letters": "abc" })"},
         {"No match", R"(parse_grok!("x", "%{IP:ip}"))",
          R"(function call error for "parse_grok" at (0:28): unable to parse input with grok pattern)"}},
    .prepare = prepare,
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(parse_grok_function);
}  // namespace engine::vrl
