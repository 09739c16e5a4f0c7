#include <nlohmann/json.hpp>

#include "engine/config/reference.hpp"

namespace engine::config {
namespace {

using Kind = TypeDescription::Kind;
using nlohmann::ordered_json;

ordered_json schema_of(const TypeDescription& type);

void add_table(ordered_json& schema, const std::vector<OptionDescription>& options);

void add_option(ordered_json& schema, const OptionDescription& option) {
    if (option.flattened) {
        const ordered_json inner = schema_of(option.type);
        if (option.type.kind == Kind::Table)
            add_table(schema, option.type.options);
        else
            schema["allOf"].push_back(inner);
        return;
    }
    ordered_json property = schema_of(option.type);
    property["description"] = option.description;
    if (!option.default_value.empty())
        property["default"] = ordered_json::parse(option.default_value, nullptr, false);
    if (!option.deprecation.empty())
        property["deprecated"] = true;
    for (const auto* names : {&option.aliases, &option.deprecated_names})
        for (const std::string& name : *names) {
            schema["properties"][name] = property;
            if (names == &option.deprecated_names)
                schema["properties"][name]["deprecated"] = true;
        }
    schema["properties"][option.name] = std::move(property);
    const bool other_names = !option.aliases.empty() || !option.deprecated_names.empty();
    if (option.required && !other_names)
        schema["required"].push_back(option.name);
}

void add_table(ordered_json& schema, const std::vector<OptionDescription>& options) {
    for (const OptionDescription& option : options)
        add_option(schema, option);
}

ordered_json object(const std::vector<OptionDescription>& options) {
    ordered_json schema{{"type", "object"}, {"properties", ordered_json::object()}};
    add_table(schema, options);
    if (!schema.contains("allOf"))
        schema["additionalProperties"] = false;
    return schema;
}

ordered_json number(const TypeDescription& type, const char* name) {
    ordered_json schema{{"type", name}};
    const auto bound = [&](const char* key, const std::optional<double>& value) {
        if (!value)
            return;
        if (type.kind == Kind::Integer)
            schema[key] = static_cast<std::int64_t>(*value);
        else
            schema[key] = *value;
    };
    bound("minimum", type.minimum);
    bound("maximum", type.maximum);
    return schema;
}

ordered_json choices(const TypeDescription& type) {
    ordered_json alternatives = ordered_json::array();
    for (const Choice& each : type.choices)
        alternatives.push_back({{"const", each.name}, {"description", each.description}});
    return {{"oneOf", std::move(alternatives)}};
}

ordered_json tagged(const TypeDescription& type) {
    ordered_json alternatives = ordered_json::array();
    for (const TaggedForm& each : type.forms) {
        ordered_json schema = object(each.options);
        schema["description"] = each.description;
        schema["properties"][type.discriminator] = {{"const", each.name}};
        if (each.name != type.default_form)
            schema["required"].push_back(type.discriminator);
        alternatives.push_back(std::move(schema));
    }
    return {{"oneOf", std::move(alternatives)}};
}

ordered_json schema_of(const TypeDescription& type) {
    switch (type.kind) {
        case Kind::Boolean:
            return {{"type", "boolean"}};
        case Kind::Integer:
            return number(type, "integer");
        case Kind::Float:
            return number(type, "number");
        case Kind::String: {
            ordered_json schema{{"type", "string"}};
            if (type.non_empty)
                schema["minLength"] = 1;
            return schema;
        }
        case Kind::Choice:
            return choices(type);
        case Kind::Array: {
            ordered_json schema{{"type", "array"}, {"items", schema_of(type.parts.front())}};
            if (type.non_empty)
                schema["minItems"] = 1;
            return schema;
        }
        case Kind::Map:
            return {{"type", "object"}, {"additionalProperties", schema_of(type.parts.front())}};
        case Kind::Table:
            return object(type.options);
        case Kind::Tagged:
            return tagged(type);
        case Kind::AnyOf: {
            ordered_json alternatives = ordered_json::array();
            for (const TypeDescription& part : type.parts)
                alternatives.push_back(schema_of(part));
            return {{"anyOf", std::move(alternatives)}};
        }
        case Kind::Any:
            return ordered_json::object();
    }
    return {};
}

ordered_json section(const std::vector<ComponentReference>& components) {
    ordered_json alternatives = ordered_json::array();
    for (const ComponentReference& component : components) {
        ordered_json schema = object(component.options);
        schema["title"] = component.type;
        schema["description"] = component.summary;
        schema["properties"]["type"] = {{"const", component.type}};
        alternatives.push_back(std::move(schema));
    }
    return {{"type", "object"}, {"additionalProperties", {{"oneOf", std::move(alternatives)}}}};
}

constexpr const char* dialect = "https://json-schema.org/draft/2020-12/schema";

}  // namespace

std::string json_schema(const std::vector<OptionDescription>& options) {
    ordered_json schema{{"$schema", dialect}};
    schema.update(object(options));
    return schema.dump(2);
}

std::string configuration_schema(const std::vector<OptionDescription>& globals,
                                 const std::vector<ComponentReference>& sources,
                                 const std::vector<ComponentReference>& transforms,
                                 const std::vector<ComponentReference>& sinks) {
    ordered_json schema{{"$schema", dialect}};
    schema.update(object(globals));
    schema["properties"]["sources"] = section(sources);
    schema["properties"]["transforms"] = section(transforms);
    schema["properties"]["sinks"] = section(sinks);
    schema["properties"]["provider"] = {{"type", "object"}};
    schema["properties"]["tests"] = {{"type", "array"}};
    return schema.dump(2);
}

}  // namespace engine::config
