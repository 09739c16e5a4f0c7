#include "engine/config/options.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "engine/config/suggestion.hpp"

namespace engine::config {

std::string quote_json(std::string_view text) {
    std::string quoted = "\"";
    for (const char c : text) {
        switch (c) {
            case '"':
                quoted += "\\\"";
                break;
            case '\\':
                quoted += "\\\\";
                break;
            case '\n':
                quoted += "\\n";
                break;
            case '\r':
                quoted += "\\r";
                break;
            case '\t':
                quoted += "\\t";
                break;
            default:
                if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
                    quoted += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
                else
                    quoted += c;
        }
    }
    return quoted + "\"";
}

namespace option_type {

TypeDescription plain(TypeDescription::Kind kind) {
    TypeDescription description;
    description.kind = kind;
    return description;
}

bool read_integer(const Node& node, std::int64_t minimum, std::uint64_t maximum,
                  std::int64_t& value, OptionContext& context) {
    if (!node.is(Node::Kind::Integer))
        return context.wrong_type(node, "an integer");
    value = node.as_integer();
    if (value >= minimum && (value < 0 || static_cast<std::uint64_t>(value) <= maximum))
        return true;
    const bool wide =
        maximum >= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    return context.wrong_value(node,
                               wide ? fmt::format("an integer of at least {}", minimum)
                                    : fmt::format("an integer from {} to {}", minimum, maximum));
}

bool read_number(const Node& node, double& value, OptionContext& context) {
    if (node.is(Node::Kind::Integer))
        value = static_cast<double>(node.as_integer());
    else if (node.is(Node::Kind::Float))
        value = node.as_float();
    else
        return context.wrong_type(node, "a number");
    return std::isfinite(value) || context.wrong_value(node, "a finite number");
}

bool read_string(const Node& node, std::string& value, OptionContext& context) {
    if (!node.is(Node::Kind::String))
        return context.wrong_type(node, "a string");
    value = node.as_string();
    return true;
}

bool read_boolean(const Node& node, bool& value, OptionContext& context) {
    if (!node.is(Node::Kind::Boolean))
        return context.wrong_type(node, "a boolean");
    value = node.as_boolean();
    return true;
}

bool expect_table(const Node& node, OptionContext& context) {
    return node.is(Node::Kind::Table) || context.wrong_type(node, "a map");
}

bool expect_array(const Node& node, OptionContext& context) {
    return node.is(Node::Kind::Array) || context.wrong_type(node, "a sequence");
}

std::string show_number(double value) {
    if (std::nearbyint(value) == value && std::fabs(value) < 1e15)
        return fmt::format("{}", static_cast<std::int64_t>(value));
    return fmt::format("{}", value);
}

}  // namespace option_type

FoundOption find_option(const OptionDescription& option, const Node& table, OptionContext& context,
                        KnownKeys& keys) {
    keys.add(option.name);
    for (const auto& name : option.aliases)
        keys.accept(name);
    for (const auto& name : option.deprecated_names)
        keys.accept(name);

    FoundOption found;
    std::string used;
    const auto take = [&](const std::string& name) {
        const Node::Entry* entry = table.find(name);
        if (entry == nullptr)
            return entry;
        if (found.value != nullptr) {
            context.error(entry->key_location, fmt::format("duplicate field `{}`", option.name),
                          fmt::format("`{}` and `{}` are the same option", used, name));
            found.good = false;
        }
        found.value = &entry->value;
        used = name;
        return entry;
    };
    const Node::Entry* entry = take(option.name);
    if (entry != nullptr && !option.deprecation.empty())
        context.warning(entry->key_location, fmt::format("`{}` is deprecated", option.name),
                        option.deprecation);
    for (const auto& name : option.aliases)
        take(name);
    for (const auto& name : option.deprecated_names)
        if (const Node::Entry* old = take(name))
            context.warning(old->key_location, fmt::format("`{}` is deprecated", name),
                            fmt::format("use `{}`", option.name));
    if (found.value == nullptr && option.required) {
        context.error(table.location(), fmt::format("missing field `{}`", option.name),
                      option.example.empty()
                          ? fmt::format("needs `{}`", option.name)
                          : fmt::format("needs `{} = {}`", option.name, option.example));
        found.good = false;
    }
    return found;
}

namespace {

bool check_bounds(const TypeDescription& type, const Node& node, OptionContext& context) {
    double value = 0;
    if (node.is(Node::Kind::Integer))
        value = static_cast<double>(node.as_integer());
    else if (node.is(Node::Kind::Float))
        value = node.as_float();
    else
        return true;
    const bool low = type.minimum && value < *type.minimum;
    const bool high = type.maximum && value > *type.maximum;
    if (!low && !high)
        return true;
    const auto text = [](double bound) { return option_type::show_number(bound); };
    if (type.minimum && type.maximum)
        return context.wrong_value(
            node, fmt::format("value in range [{}, {}]", text(*type.minimum), text(*type.maximum)));
    return context.wrong_value(
        node, low ? text(*type.minimum) + " or more" : text(*type.maximum) + " or less");
}

bool is_empty(const Node& node) {
    switch (node.kind()) {
        case Node::Kind::String:
            return node.as_string().empty();
        case Node::Kind::Array:
            return node.items().empty();
        case Node::Kind::Table:
            return node.entries().empty();
        default:
            return false;
    }
}

}  // namespace

bool check_constraints(const TypeDescription& type, const Node& node, OptionContext& context) {
    if (type.non_empty && is_empty(node)) {
        context.error(node.location(), "must not be empty", "give at least one");
        return false;
    }
    if (!check_bounds(type, node, context))
        return false;
    if (type.kind != TypeDescription::Kind::Array || type.parts.empty() ||
        !node.is(Node::Kind::Array))
        return true;
    bool good = true;
    for (const Node& item : node.items())
        good &= check_bounds(type.parts.front(), item, context);
    return good;
}

std::optional<std::size_t> find_form(const Node& table, const std::string& discriminator,
                                     const std::vector<std::string>& names,
                                     const std::string& default_form, OptionContext& context) {
    const Node::Entry* entry = table.find(discriminator);
    std::string word = default_form;
    if (entry == nullptr && default_form.empty()) {
        context.error(table.location(), fmt::format("missing field `{}`", discriminator),
                      fmt::format("needs `{}`: {}", discriminator, one_of(names)));
        return std::nullopt;
    }
    if (entry != nullptr) {
        const OptionPath path(context, discriminator);
        if (!option_type::read_string(entry->value, word, context))
            return std::nullopt;
        if (std::ranges::find(names, word) == names.end()) {
            context.unknown_variant(entry->value, names);
            return std::nullopt;
        }
    }
    return static_cast<std::size_t>(std::ranges::find(names, word) - names.begin());
}

namespace {

bool read_condition(const Node& node, ConditionSource& value, OptionContext& context) {
    if (node.is(Node::Kind::String)) {
        value.source = {node.as_string(), node.location()};
        return true;
    }
    if (!node.is(Node::Kind::Table))
        return context.wrong_type(node, "a condition: a string, or a map with `type` and `source`");
    const std::vector<std::string> names{"vrl", "datadog_search", "is_log", "is_metric",
                                         "is_trace"};
    const auto form = find_form(node, "type", names, "", context);
    if (!form)
        return false;
    value.type = names[*form];
    KnownKeys keys;
    keys.add("type");
    bool good = true;
    if (*form < 2) {
        OptionDescription option{.name = "source", .required = true};
        const FoundOption found = find_option(option, node, context, keys);
        good = found.value != nullptr;
        if (good) {
            const OptionPath path(context, "source");
            value.source.location = found.value->location();
            good = option_type::read_string(*found.value, value.source.value, context);
        }
    } else {
        value.source.location = node.location();
    }
    return keys.report_unknown(node, context, KnownKeys::Unknown::Error) && good;
}

}  // namespace

Type<ConditionSource> condition() {
    TypeDescription table = option_type::plain(TypeDescription::Kind::Tagged);
    table.discriminator = "type";
    const auto source = [](std::string description) {
        OptionDescription option{
            .name = "source", .description = std::move(description), .required = true};
        option.type = option_type::plain(TypeDescription::Kind::String);
        return std::vector{std::move(option)};
    };
    table.forms = {
        {"vrl", "A VRL program that returns a boolean.", source("The program.")},
        {"datadog_search", "A query in Datadog's search syntax.", source("The query.")},
        {"is_log", "The event is a log.", {}},
        {"is_metric", "The event is a metric.", {}},
        {"is_trace", "The event is a trace.", {}},
    };
    TypeDescription description = option_type::plain(TypeDescription::Kind::AnyOf);
    description.parts = {option_type::plain(TypeDescription::Kind::String), std::move(table)};
    return custom<ConditionSource>(std::move(description), read_condition);
}

}  // namespace engine::config
