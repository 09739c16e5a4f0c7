#include <fstream>

#include "engine/codec/json_parser.hpp"
#include "engine/vrl/function.hpp"
#include "engine/vrl/grok/rule.hpp"
#include "engine/vrl/literal_array.hpp"

namespace engine::vrl {
namespace {

using Rules = std::vector<std::shared_ptr<const GrokRule>>;

/// Adds the members of an object; false when one is not a text.
bool add_aliases(const Value& value, RuleAliases& aliases) {
    if (!value.is_object()) {
        return false;
    }
    const ObjectNode& object = value.as_object();
    for (std::uint32_t i = 0; i < object.size(); ++i) {
        if (!object.values[i].is_bytes()) {
            return false;
        }
        aliases.insert_or_assign(std::string(object.shape->keys()[i]),
                                 std::string(object.values[i].as_bytes()));
    }
    return true;
}

/// How the reference shows an item of a literal array that is no text.
std::string literal_form(const Value& value) {
    const std::string text = display(value);
    switch (value.kind()) {
        case ValueKind::Null:
            return "Literal(Null)";
        case ValueKind::Boolean:
            return fmt::format("Literal(Boolean({}))", text);
        case ValueKind::Integer:
            return fmt::format("Literal(Integer({}))", text);
        case ValueKind::Float:
            return fmt::format("Literal(Float({}))", text);
        case ValueKind::Timestamp:
            return fmt::format("Literal(Timestamp({}))", text.substr(2, text.size() - 3));
        default:
            return text;
    }
}

/// Adds the aliases of files; the file's error where there is one.
std::optional<CompileError> read_sources(std::span<const Value> sources, Arena& arena,
                                         RuleAliases& aliases) {
    for (const Value& source : sources) {
        if (!source.is_bytes()) {
            return CompileError::invalid_argument("alias_sources", "alias source must be a string",
                                                  Value::bytes(arena.copy(literal_form(source))));
        }
        std::ifstream file{std::string(source.as_bytes())};
        if (!file) {
            return CompileError::invalid_argument("alias_sources",
                                                  "Unable to open alias source file", source);
        }
        const std::string text((std::istreambuf_iterator<char>(file)),
                               std::istreambuf_iterator<char>());
        const Result<Value> parsed = JsonParser::local().parse(arena.copy(text), arena);
        if (!parsed || !add_aliases(*parsed, aliases)) {
            return CompileError::invalid_argument("alias_sources", "Unable to read alias source",
                                                  source);
        }
    }
    return std::nullopt;
}

Prepared prepare(Preparation& call) {
    const auto patterns = literal_array(call, 1, "patterns");
    if (!patterns) {
        return std::unexpected(patterns.error());
    }
    RuleAliases aliases;
    if (call.given(2)) {
        const std::string_view form = form_name(*call.expression(2));
        const auto& object = call.constant(2);
        if (form != "object" || !object || !add_aliases(*object, aliases)) {
            return std::unexpected(CompileError::unexpected_expression(
                "aliases", form == "object" ? "literal" : "object", form));
        }
    }
    const auto sources = literal_array(call, 3, "alias_sources");
    if (!sources) {
        return std::unexpected(sources.error());
    }
    if (auto error = read_sources(*sources, call.constants(), aliases)) {
        return std::unexpected(*error);
    }
    auto rules = std::make_shared<Rules>();
    for (const Value& pattern : *patterns) {
        if (!pattern.is_bytes()) {
            return std::unexpected(CompileError::invalid_argument(
                "patterns", "grok pattern should be a string",
                Value::bytes(call.constants().copy(literal_form(pattern)))));
        }
        auto rule = GrokRule::compile(pattern.as_bytes(), aliases);
        if (!rule) {
            return std::unexpected(CompileError{.code = 112,
                                                .message = rule.error(),
                                                .labels = {"grok pattern error: " + rule.error()},
                                                .is_documented = false});
        }
        rules->push_back(*rule);
    }
    return rules;
}

Value run(Call& call) {
    std::string buffer;
    const std::string_view text = call.arena().copy(utf8_lossy(call.bytes(0), buffer));
    for (const auto& rule : *call.state<Rules>()) {
        if (const std::optional<Value> fields = rule->match(text, call.arena())) {
            return *fields;
        }
    }
    return call.fail("unable to parse grok: value does not match any rule");
}

const Function parse_groks_function{
    .name = "parse_groks",
    .category = "Parse",
    .summary = "The fields of the first of several grok rules that matches the whole text.",
    .parameters = {required("value", kinds::bytes, "The text."),
                   required("patterns", kinds::array,
                            "The rules, with matchers and filters of Datadog's log parsing: "
                            "`%{matcher:field:filter}`."),
                   optional("aliases", kinds::object,
                            "Patterns by the names that rules call them."),
                   optional("alias_sources", kinds::array, "JSON files of further aliases.")},
    .returns = kinds::object,
    .fallible = true,
    .examples =
        {{"The second rule",
          R"(parse_groks!("joe 42", ["%{integer:n}", "%{word:name} %{integer:age}"]))",
          R"({ "age": 42, "name": "joe" })"},
         {"A filter", R"(parse_groks!("id=7 ok=yes", ["%{data::keyvalue}"]))",
          R"({ "id": 7, "ok": "yes" })"},
         {"An alias",
          R"(parse_groks!("at 10.5", ["at %{_place}"], aliases: {"_place": "%{number:x}"}))",
          R"({ "x": 10.5 })"}},
    .prepare = prepare,
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(parse_groks_function);
}  // namespace engine::vrl
