#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/config/type_description.hpp"

/// What is derived from option tables for people and editors.
namespace engine::config {

/// A component's type with all that its reference shows.
struct ComponentReference {
    std::string type;
    std::string summary;
    std::vector<OptionDescription> options;  // common ones first
};

/// JSON Schema (2020-12) of a table of options.
[[nodiscard]] std::string json_schema(const std::vector<OptionDescription>& options);
/// JSON Schema of a whole configuration: globals, and per section one schema a component type.
[[nodiscard]] std::string configuration_schema(const std::vector<OptionDescription>& globals,
                                               const std::vector<ComponentReference>& sources,
                                               const std::vector<ComponentReference>& transforms,
                                               const std::vector<ComponentReference>& sinks);

/// A reference page in Markdown: a heading, the summary, one table row an option, nested ones by
/// their dotted name.
[[nodiscard]] std::string reference_page(const ComponentReference& component);

enum class SnippetDetail { Required, All };
/// The body of a component's table in TOML: required options with their example or a placeholder,
/// then (All) each option with its default, commented out where it has none.
[[nodiscard]] std::string toml_snippet(const std::vector<OptionDescription>& options,
                                       SnippetDetail detail);

/// A type in a few words: "integer of seconds, 1 or more", "array of strings".
[[nodiscard]] std::string type_text(const TypeDescription& type);

}  // namespace engine::config
