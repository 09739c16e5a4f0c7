#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>

#include "engine/codec/json_parser.hpp"
#include "engine/vrl/function.hpp"
#include "engine/vrl/json_schema/schema.hpp"

namespace engine::vrl {
namespace {

/// A schema file, or why it can't be used: as in the reference the call says so, not the compiler.
struct SchemaFile {
    std::shared_ptr<const json_schema::Schema> schema;
    std::string error;
};

/// `why at line 1 column 1` from the parser's `Error("why", line: 1, column: 1)`.
std::string reason(std::string_view error) {
    const std::size_t begin = error.find("(\"");
    const std::size_t end = error.rfind("\", line: ");
    if (begin == std::string_view::npos || end == std::string_view::npos) {
        return std::string(error);
    }
    std::string_view place = error.substr(end + 9);
    place = place.substr(0, place.find(')'));
    const std::size_t comma = place.find(", column: ");
    return fmt::format("{} at line {} column {}", error.substr(begin + 2, end - begin - 2),
                       place.substr(0, comma), place.substr(comma + 10));
}

SchemaFile load(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) {
        return {nullptr, fmt::format("JSON schema not found: Failed to open schema definition file "
                                     "'{}': {} (os error {})",
                                     path, std::strerror(errno), errno)};
    }
    std::string text(std::istreambuf_iterator<char>(file), {});
    Arena arena;
    if (const auto parsed = JsonParser::local().parse(text, arena); !parsed) {
        return {
            nullptr,
            fmt::format("JSON schema not found: Failed to parse schema definition file '{}': {}",
                        path, reason(parsed.error().message))};
    }
    auto schema = json_schema::Schema::compile(std::move(text));
    if (!schema) {
        return {nullptr, "Failed to compile schema: " + schema.error().message};
    }
    return {std::move(*schema), ""};
}

Prepared prepare(Preparation& call) {
    const auto& path = call.constant(1);
    return path && path->is_bytes()
               ? std::make_shared<const SchemaFile>(load(std::string(path->as_bytes())))
               : nullptr;
}

Value run(Call& call) {
    const SchemaFile& file = *call.state<SchemaFile>();
    if (!file.schema) {
        return call.fail(file.error);
    }
    if (!file.schema->unknown_formats().empty() && !call.boolean(2)) {
        return call.fail(
            "Failed to compile schema: Unknown format: '{}'. Adjust configuration to ignore "
            "unrecognized formats",
            *file.schema->unknown_formats().begin());
    }
    if (call.bytes(0).empty()) {
        return call.fail("Empty JSON value");
    }
    const auto instance =
        JsonParser::local().parse_lossy(call.arena().copy(call.bytes(0)), call.arena());
    if (!instance) {
        return call.fail("Invalid JSON: {}", reason(instance.error().message));
    }
    const auto errors = json_schema::validate(*file.schema, *instance);
    return errors.empty() ? Value::boolean(true)
                          : call.fail("JSON schema validation failed: {}", fmt::join(errors, ", "));
}

constexpr std::string_view example_schema =
    R"({"type": "object", "properties": {"age": {"type": "integer", "minimum": 0}}, "required": ["age"]})";

const Function validate_json_schema{
    .name = "validate_json_schema",
    .category = "Type",
    .summary = "Whether a JSON text satisfies a JSON Schema; fails when it does not.",
    .parameters = {required("value", kinds::bytes, "The JSON text."),
                   required("schema_definition", kinds::bytes,
                            "The file with the schema (drafts 4 to 2020-12); read when compiling.")
                       .literal(),
                   optional("ignore_unknown_formats", kinds::boolean,
                            "Whether formats that are not known are let pass.",
                            Value::boolean(false))},
    .returns = kinds::boolean,
    .fallible = true,
    .examples =
        {{.title = "Valid",
          .source = R"(validate_json_schema!("{\"age\": 3}", "schema.json"))",
          .result = "true",
          .file = "schema.json",
          .file_text = example_schema},
         {.title = "A wrong type",
          .source = R"(validate_json_schema("{\"age\": \"x\"}", "schema.json") ?? false)",
          .result = "false",
          .file = "schema.json",
          .file_text = example_schema},
         {.title = "A missing member",
          .source = R"(_, err = validate_json_schema("{}", "schema.json"); err)",
          .result =
              R"("function call error for \"validate_json_schema\" at (9:50): JSON schema validation failed: \"age\" is a required property at /")",
          .file = "schema.json",
          .file_text = example_schema}},
    .prepare = prepare,
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(validate_json_schema);
}  // namespace engine::vrl
