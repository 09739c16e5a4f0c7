#include "engine/codec/json_parser.hpp"
#include "engine/vrl/function.hpp"
#include "engine/vrl/text/json_cursor.hpp"

namespace engine::vrl {
namespace {

/// The value at the cursor; below `depth` levels values stand as their JSON text.
Value limited(JsonCursor& cursor, std::int64_t depth, Arena& arena) {
    const char first = cursor.peek();
    if (first != '[' && first != '{') {
        const Result<Value> scalar =
            JsonParser::local().parse(cursor.skip_value(), arena, LargeInteger::Float);
        return scalar ? *scalar : Value::null();
    }
    if (depth == 0) {
        return Value::bytes(cursor.skip_value());
    }
    std::vector<Value> items;
    std::vector<Member> members;
    for (bool more = cursor.enter(); more; more = cursor.next()) {
        if (first == '[') {
            items.push_back(limited(cursor, depth - 1, arena));
            continue;
        }
        const std::string_view key = cursor.string(arena);
        cursor.enter_value();
        members.push_back({key, limited(cursor, depth - 1, arena)});
    }
    return first == '[' ? array_of(items, arena) : object_of(members, arena);
}

Value run(Call& call) {
    const bool has_depth = call.given(1);
    if (has_depth && (call.integer(1) < 1 || call.integer(1) > 127)) {
        return call.fail("max_depth value should be greater than 0 and less than 128, got {}",
                         call.integer(1));
    }
    std::string_view text = call.bytes(0);
    std::string buffer;
    if (has_depth && call.boolean(2)) {
        text = utf8_lossy(text, buffer);
    }
    // The bytes of a short string are inside the argument: what points into them must not outlive
    // it.
    const bool is_passing = text.size() <= Value::inline_capacity || text.data() == buffer.data();
    const std::string_view stable = is_passing ? call.arena().copy(text) : text;
    JsonParser& parser = JsonParser::local();
    const Result<Value> parsed = call.boolean(2)
                                     ? parser.parse_lossy(stable, call.arena(), LargeInteger::Float)
                                     : parser.parse(stable, call.arena(), LargeInteger::Float);
    if (!parsed) {
        return call.fail("unable to {} json: {}", has_depth ? "read" : "parse",
                         plain_json_error(parsed.error().message));
    }
    if (!has_depth) {
        return *parsed;
    }
    JsonCursor cursor(stable);
    return limited(cursor, call.integer(1), call.arena());
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
