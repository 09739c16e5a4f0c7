#include "engine/vrl/function.hpp"
#include "engine/vrl/ruby/ruby_hash.hpp"

namespace engine::vrl {
namespace {

Value run(Call& call) {
    std::string buffer;
    const std::string_view text = call.arena().copy(utf8_lossy(call.bytes(0), buffer));
    const std::expected<Value, std::string> hash = parse_ruby_hash(text, call.arena());
    return hash ? *hash : call.fail("{}", hash.error());
}

const Function parse_ruby_hash_function{
    .name = "parse_ruby_hash",
    .category = "Parse",
    .summary = "Parses a hash as Ruby's `inspect` writes it.",
    .parameters = {required("value", kinds::bytes, "The hash's text.")},
    .returns = kinds::object,
    .fallible = true,
    .examples = {{"Arrows", R"(parse_ruby_hash!(s'{"a" => [1, nil], :b => :c}'))",
                  R"({ "a": [1, null], "b": "c" })"},
                 {"Colons", R"(parse_ruby_hash!(s'{a: 1.5, "b": true}'))",
                  R"({ "a": 1.5, "b": true })"},
                 {"More than a hash", R"(parse_ruby_hash!("{} x"))",
                  R"(function call error for "parse_ruby_hash" at (0:24): could not parse whole )"
                  R"(line successfully)"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(parse_ruby_hash_function);
}  // namespace engine::vrl
