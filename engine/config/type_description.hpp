#pragma once

#include <optional>
#include <string>
#include <vector>

namespace engine::config {

struct OptionDescription;

/// One permitted word of an option, and what it means.
struct Choice {
    std::string name;
    std::string description;
};

/// One form of a tagged union: the word that selects it and the options it brings along.
struct TaggedForm {
    std::string name;
    std::string description;
    std::vector<OptionDescription> options;
};

/// What values an option takes, as plain data: source of the JSON Schema, the reference pages and
/// `engine generate`. Built once per component from its option table; immutable afterwards.
struct TypeDescription {
    enum class Kind {
        Boolean,
        Integer,
        Float,
        String,
        Choice,
        Array,
        Map,
        Table,
        Tagged,
        AnyOf,
        Any
    };
    Kind kind = Kind::Any;
    std::optional<double> minimum;
    std::optional<double> maximum;
    bool non_empty = false;
    std::string unit;                        // "seconds", "bytes", …; empty: none
    std::vector<Choice> choices;             // Choice
    std::vector<TypeDescription> parts;      // Array, Map: the element; AnyOf: the alternatives
    std::vector<OptionDescription> options;  // Table
    std::string discriminator;               // Tagged: the key that selects the form
    std::string default_form;                // Tagged: the form when that key is absent
    std::vector<TaggedForm> forms;           // Tagged
};

/// Everything known about one option but how to read it.
struct OptionDescription {
    std::string name{};
    std::string description{};
    bool required = false;
    bool flattened = false;                       // its keys stand in the enclosing table
    std::vector<std::string> aliases{};           // accepted in silence
    std::vector<std::string> deprecated_names{};  // accepted with a warning that names `name`
    std::string deprecation{};                    // set: the option itself is deprecated, and why
    std::string default_value{};                  // as JSON; empty: none
    std::string example{};                        // as TOML; empty: none
    TypeDescription type{};
};

}  // namespace engine::config
