#include "engine/config/reference.hpp"

#include <fmt/format.h>

#include <limits>

#include "engine/config/option_type.hpp"

namespace engine::config {
namespace {

using Kind = TypeDescription::Kind;

std::string bounds_text(const TypeDescription& type) {
    const auto number = [](double bound) { return option_type::show_number(bound); };
    if (type.minimum && type.maximum)
        return fmt::format(", {} to {}", number(*type.minimum), number(*type.maximum));
    if (type.minimum)
        return fmt::format(", {} or more", number(*type.minimum));
    if (type.maximum)
        return fmt::format(", {} or less", number(*type.maximum));
    return {};
}

/// The default as JSON. The largest integer stands for "no limit", which is not worth showing (and
/// TOML has no such number).
std::string shown_default(const OptionDescription& option) {
    static const std::string unlimited = std::to_string(std::numeric_limits<std::uint64_t>::max());
    return option.default_value == unlimited ? std::string() : option.default_value;
}

std::string words(const TypeDescription& type) {
    std::string text;
    for (const Choice& each : type.choices)
        text += fmt::format("{}`{}`", text.empty() ? "" : " \\| ", each.name);
    return text;
}

std::string forms_text(const TypeDescription& type) {
    std::string text;
    for (const TaggedForm& each : type.forms)
        text += fmt::format("{}`{}`", text.empty() ? "" : " \\| ", each.name);
    return fmt::format("table by `{}`: {}", type.discriminator, text);
}

}  // namespace

std::string type_text(const TypeDescription& type) {
    const std::string unit = type.unit.empty() ? "" : " of " + type.unit;
    switch (type.kind) {
        case Kind::Boolean:
            return "boolean";
        case Kind::Integer:
            return "integer" + unit + bounds_text(type);
        case Kind::Float:
            return "number" + unit + bounds_text(type);
        case Kind::String:
            return type.non_empty ? "string, not empty" : "string";
        case Kind::Choice:
            return words(type);
        case Kind::Array:
            return "array of " + type_text(type.parts.front());
        case Kind::Map:
            return "table of " + type_text(type.parts.front());
        case Kind::Table:
            return "table";
        case Kind::Tagged:
            return forms_text(type);
        case Kind::AnyOf: {
            std::string text;
            for (const TypeDescription& part : type.parts)
                text += (text.empty() ? "" : " or ") + type_text(part);
            return text;
        }
        case Kind::Any:
            return "any";
    }
    return {};
}

namespace {

/// Rows of the table of options; nested options follow theirs with a dotted name.
class PageWriter {
public:
    std::string run(const ComponentReference& component) {
        text_ = fmt::format("# `{}`\n\n{}\n\n", component.type, component.summary);
        text_ += "| option | type | default | |\n| --- | --- | --- | --- |\n";
        rows(component.options, "");
        return std::move(text_);
    }

private:
    void rows(const std::vector<OptionDescription>& options, const std::string& prefix) {
        for (const OptionDescription& option : options) {
            if (option.flattened) {
                nested(option.type, prefix);
                continue;
            }
            row(option, prefix + option.name);
            nested(option.type, prefix + option.name + ".");
        }
    }

    void row(const OptionDescription& option, const std::string& name) {
        std::string about = option.description;
        if (!option.deprecation.empty())
            about += " Deprecated: " + option.deprecation;
        for (const std::string& old : option.deprecated_names)
            about += fmt::format(" Formerly `{}`.", old);
        if (!option.example.empty())
            about += fmt::format(" Example: `{}`.", option.example);
        const std::string fallback = shown_default(option);
        const std::string value = fallback.empty() ? std::string(option.required ? "required" : "")
                                                   : fmt::format("`{}`", fallback);
        text_ +=
            fmt::format("| `{}` | {} | {} | {} |\n", name, type_text(option.type), value, about);
    }

    void nested(const TypeDescription& type, const std::string& prefix) {
        rows(type.options, prefix);
        for (const TaggedForm& each : type.forms) {
            text_ += fmt::format("| `{}{} = \"{}\"` | | | {} |\n", prefix, type.discriminator,
                                 each.name, each.description);
            rows(each.options, prefix);
        }
        for (const TypeDescription& part : type.parts)
            nested(part, type.kind == Kind::Map ? prefix + "*." : prefix);
    }

    std::string text_;
};

std::string placeholder(const TypeDescription& type) {
    switch (type.kind) {
        case Kind::Boolean:
            return "false";
        case Kind::Integer:
        case Kind::Float:
            return option_type::show_number(type.minimum.value_or(0));
        case Kind::String:
            return "\"\"";
        case Kind::Choice:
            return quote_json(type.choices.front().name);
        case Kind::Array:
            return "[]";
        case Kind::AnyOf:
            return placeholder(type.parts.front());
        default:
            return "{}";
    }
}

class SnippetWriter {
public:
    explicit SnippetWriter(SnippetDetail detail) : detail_(detail) {}

    std::string run(const std::vector<OptionDescription>& options) {
        write(options, "", true);
        if (detail_ == SnippetDetail::All)
            write(options, "", false);
        return std::move(text_);
    }

private:
    /// Lines of the required options, or of the others, in their order.
    void write(const std::vector<OptionDescription>& options, const std::string& prefix,
               bool required) {
        for (const OptionDescription& option : options) {
            if (!option.deprecation.empty())
                continue;
            if (option.flattened) {
                flattened(option.type, prefix, required);
                continue;
            }
            if (option.required != required)
                continue;
            line(option, prefix + option.name);
        }
    }

    /// Of a tagged union, its first form.
    void flattened(const TypeDescription& type, const std::string& prefix, bool required) {
        if (type.kind != Kind::Tagged) {
            write(type.options, prefix, required);
            return;
        }
        const TaggedForm& form = type.forms.front();
        if (required && type.default_form.empty())
            text_ += fmt::format("{} = {}\n", prefix + type.discriminator, quote_json(form.name));
        write(form.options, prefix, required);
    }

    void line(const OptionDescription& option, const std::string& name) {
        const bool table = option.type.kind == Kind::Table && option.example.empty();
        if (table) {
            SnippetWriter inner(detail_);
            inner.write(option.type.options, name + ".", true);
            if (detail_ == SnippetDetail::All)
                inner.write(option.type.options, name + ".", false);
            text_ += inner.text_;
            return;
        }
        std::string value = shown_default(option);
        // JSON tables are not TOML.
        if (value.find('{') != std::string::npos && value != "{}")
            value.clear();
        if (option.required || value.empty())
            value = option.example.empty() ? placeholder(option.type) : option.example;
        const bool live = option.required || value == option.default_value;
        if (detail_ == SnippetDetail::All)
            text_ +=
                fmt::format("{}{} = {} # {}\n", live ? "" : "# ", name, value, option.description);
        else
            text_ += fmt::format("{} = {}\n", name, value);
    }

    SnippetDetail detail_;
    std::string text_;
};

}  // namespace

std::string reference_page(const ComponentReference& component) {
    return PageWriter().run(component);
}

std::string toml_snippet(const std::vector<OptionDescription>& options, SnippetDetail detail) {
    return SnippetWriter(detail).run(options);
}

}  // namespace engine::config
