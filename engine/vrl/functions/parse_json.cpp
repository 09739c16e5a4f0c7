#include "engine/codec/json_parser.hpp"
#include "engine/codec/json_writer.hpp"
#include "engine/vrl/function.hpp"

namespace engine::vrl {
namespace {

/// The reference's text from the parser's `Error("…", line: 1, column: 2)`.
std::string reason(std::string_view error) {
    const std::size_t begin = error.find("(\"");
    const std::size_t end = error.rfind("\", line: ");
    if (begin == std::string_view::npos || end == std::string_view::npos) {
        return std::string(error);
    }
    std::string where(error.substr(end + 9));
    where = where.substr(0, where.find(')'));
    const std::size_t comma = where.find(", column: ");
    std::string text;
    for (std::size_t i = begin + 2; i < end; ++i) {
        i += error[i] == static_cast<char>(0x5c) ? 1 : 0;  // a backslash escapes
        text += error[i];
    }
    return fmt::format("{} at line {} column {}", text, where.substr(0, comma),
                       where.substr(comma + 10));
}

/// Below `depth` levels values stand as their JSON text.
Value limited(const Value& value, std::int64_t depth, Call& call) {
    if (!value.is_array() && !value.is_object()) {
        return value;
    }
    if (depth == 0) {
        ByteBuffer text;
        write_json(value, text);
        return call.text(text.view());
    }
    Value result = call.share(value);
    const bool is_array = value.is_array();
    const std::uint32_t count = is_array ? value.as_array().size : value.as_object().size();
    Value* items = is_array ? writable_array(result, call.arena()).items
                            : writable_object(result, call.arena()).values;
    for (std::uint32_t i = 0; i < count; ++i) {
        items[i] = limited(items[i], depth - 1, call);
    }
    return result;
}

Value run(Call& call) {
    const bool has_depth = call.given(1);
    if (has_depth && (call.integer(1) < 1 || call.integer(1) > 127)) {
        return call.fail("max_depth value should be greater than 0 and less than 128, got {}",
                         call.integer(1));
    }
    const std::string_view text = call.bytes(0);
    // The bytes of a short string are inside the argument: what points into them must not outlive
    // it.
    const std::string_view stable =
        text.size() <= Value::inline_capacity ? call.arena().copy(text) : text;
    JsonParser& parser = JsonParser::local();
    Result<Value> parsed = call.boolean(2)
                               ? parser.parse_lossy(stable, call.arena(), LargeInteger::Float)
                               : parser.parse(stable, call.arena(), LargeInteger::Float);
    if (!parsed) {
        return call.fail("unable to {} json: {}", has_depth ? "read" : "parse",
                         reason(parsed.error().message));
    }
    return has_depth ? limited(*parsed, call.integer(1), call) : *parsed;
}

const Function parse_json_function{
    .name = "parse_json",
    .category = "Parse",
    .summary = "Parses a JSON text.",
    .parameters = {required("value", kinds::bytes, "The JSON text."),
                   optional("max_depth", kinds::integer,
                            "How many levels to parse (1 to 127); deeper ones stay text."),
                   optional("lossy", kinds::boolean,
                            "Whether malformed UTF-8 is replaced rather than refused.",
                            Value::boolean(true))},
    .returns = kinds::json,
    .type = [](const CallTypes&) { return Type::json(); },
    .fallible = true,
    .examples = {{"An object", R"(parse_json!("{\"key\": 1}"))", R"({ "key": 1 })"},
                 {"A number", R"(parse_json!("42"))", R"(42)"},
                 {"Two levels", R"(parse_json!("{\"a\":{\"b\":1}}", max_depth: 1))",
                  R"({ "a": "{\"b\":1}" })"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(parse_json_function);
}  // namespace engine::vrl
