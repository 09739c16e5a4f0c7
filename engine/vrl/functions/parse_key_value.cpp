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
    const KeyValueSyntax syntax{
        .key_value_delimiter = call.bytes(1),
        .field_delimiter = call.bytes(2),
        .whitespace = call.bytes(3) == "strict" ? KeyValueSyntax::Whitespace::Strict
                                                : KeyValueSyntax::Whitespace::Lenient,
        .standalone_keys = call.boolean(4) ? KeyValueSyntax::StandaloneKeys::Accepted
                                           : KeyValueSyntax::StandaloneKeys::Refused};
    const auto parsed = parse_key_values(text, syntax, call.arena());
    return parsed ? *parsed : call.fail("{}", parsed.error());
}

const Function parse_key_value_function{
    .name = "parse_key_value",
    .category = "Parse",
    .summary = "Parses `key=value` pairs.",
    .parameters = {required("value", kinds::bytes, "The text."),
                   optional("key_value_delimiter", kinds::bytes,
                            "What stands between a key and its value.", Value::bytes("=")),
                   optional("field_delimiter", kinds::bytes, "What stands between pairs.",
                            Value::bytes(" ")),
                   optional("whitespace", kinds::bytes,
                            "Whether spaces around the delimiter of key and value are skipped.",
                            Value::bytes("lenient"))
                       .literal()
                       .one_of({"strict", "lenient"}),
                   optional("accept_standalone_key", kinds::boolean,
                            "Whether a key without value counts as true rather than an error.",
                            Value::boolean(true))},
    .returns = kinds::object,
    .fallible = true,
    .examples = {{"Defaults", R"(parse_key_value!("at=info msg=\"hello world\" ok"))",
                  R"({ "at": "info", "msg": "hello world", "ok": true })"},
                 {"Other delimiters",
                  R"(parse_key_value!("a:1,b:2", key_value_delimiter: ":", field_delimiter: ","))",
                  R"({ "a": "1", "b": "2" })"},
                 {"A key again", R"(parse_key_value!("a=1 a=2"))", R"({ "a": ["1", "2"] })"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(parse_key_value_function);
}  // namespace engine::vrl
