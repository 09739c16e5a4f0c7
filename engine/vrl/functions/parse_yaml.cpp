#include "engine/codec/yaml_parser.hpp"
#include "engine/vrl/display.hpp"
#include "engine/vrl/function.hpp"

namespace engine::vrl {
namespace {

Value run(Call& call) {
    std::string clean;
    const auto value = engine::parse_yaml(utf8_lossy(call.bytes(0), clean), call.arena());
    return value ? *value : call.fail("unable to parse yaml: {}", value.error());
}

const Function parse_yaml_function{
    .name = "parse_yaml",
    .category = "Parse",
    .summary = "Parses a YAML document.",
    .parameters = {required("value", kinds::bytes, "The YAML text.")},
    .returns = kinds::json,
    .type = [](const CallTypes&) { return Type::json(); },
    .fallible = true,
    .examples = {{"An object", R"(parse_yaml!("key: val"))", R"({ "key": "val" })"},
                 {"A list", R"(parse_yaml!("- 1\n- two\n- {k: v}"))",
                  R"([1, "two", { "k": "v" }])"},
                 {"An alias", R"(parse_yaml!("a: &x 1\nb: *x"))", R"({ "a": 1, "b": 1 })"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(parse_yaml_function);
}  // namespace engine::vrl
