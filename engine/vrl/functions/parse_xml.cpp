#include "engine/codec/xml_parser.hpp"
#include "engine/vrl/display.hpp"
#include "engine/vrl/function.hpp"

namespace engine::vrl {
namespace {

Value run(Call& call) {
    std::string clean;
    const XmlOptions options{.trims = call.boolean(1),
                             .includes_attributes = call.boolean(2),
                             .attribute_prefix = call.bytes(3),
                             .text_key = call.bytes(4),
                             .always_uses_text_key = call.boolean(5),
                             .parses_booleans = call.boolean(6),
                             .parses_null = call.boolean(7),
                             .parses_numbers = call.boolean(8)};
    const auto value = engine::parse_xml(utf8_lossy(call.bytes(0), clean), options, call.arena());
    return value ? *value : call.fail("unable to parse xml: {}", value.error());
}

const Function parse_xml_function{
    .name = "parse_xml",
    .category = "Parse",
    .summary = "Parses an XML document.",
    .parameters = {required("value", kinds::bytes, "The XML text."),
                   optional("trim", kinds::boolean,
                            "Whether white space between tags is dropped first.",
                            Value::boolean(true)),
                   optional("include_attr", kinds::boolean, "Whether attributes become members.",
                            Value::boolean(true)),
                   optional("attr_prefix", kinds::bytes, "What stands before attributes' names.",
                            Value::bytes("@")),
                   optional("text_key", kinds::bytes,
                            "The member that holds the text beside attributes and children.",
                            Value::bytes("text")),
                   optional("always_use_text_key", kinds::boolean,
                            "Whether text stands in that member even when it is alone.",
                            Value::boolean(false)),
                   optional("parse_bool", kinds::boolean,
                            "Whether `true` and `false` become booleans.", Value::boolean(true)),
                   optional("parse_null", kinds::boolean, "Whether `null` becomes null.",
                            Value::boolean(true)),
                   optional("parse_number", kinds::boolean, "Whether numbers become such.",
                            Value::boolean(true))},
    .returns = kinds::json,
    .fallible = true,
    .examples = {{"Attributes and text", R"(parse_xml!("<a k=\"v\">text</a>"))",
                  R"({ "a": { "@k": "v", "text": "text" } })"},
                 {"What occurs twice", R"(parse_xml!("<r><b>1</b><b>2</b></r>"))",
                  R"({ "r": { "b": [1, 2] } })"},
                 {"Text as it stands", R"(parse_xml!("<a>1</a>", parse_number: false))",
                  R"({ "a": "1" })"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(parse_xml_function);
}  // namespace engine::vrl
