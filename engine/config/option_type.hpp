#pragma once

#include <chrono>
#include <concepts>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include <fmt/format.h>

#include "engine/config/node.hpp"
#include "engine/config/option_context.hpp"
#include "engine/config/type_description.hpp"
#include "engine/diagnostic/error.hpp"

namespace engine::config {

/// How values of type M are described, read from a document and shown as a default. A value object:
/// combine the small ones below (`array_of`, `nullable`, `choice`, `tagged` …) to larger ones.
/// Readers are pure and may run on any thread.
template <typename M>
struct Type {
    using Reader = std::function<bool(const Node&, M&, OptionContext&)>;
    using KeyReader = std::function<bool(const Node&, M&, OptionContext&, KnownKeys&)>;

    TypeDescription description;
    /// Reads a node; false when it reported an error.
    Reader read;
    /// The value as JSON; empty where there is nothing worth showing.
    std::function<std::string(const M&)> show;
    /// Tables and tagged unions only: reads their keys out of a table that may have others.
    KeyReader read_keys;
};

/// `"text"` with JSON escapes.
std::string quote_json(std::string_view text);

namespace option_type {
TypeDescription plain(TypeDescription::Kind kind);
bool read_integer(const Node& node, std::int64_t minimum, std::uint64_t maximum,
                  std::int64_t& value, OptionContext& context);
bool read_number(const Node& node, double& value, OptionContext& context);
bool read_string(const Node& node, std::string& value, OptionContext& context);
bool read_boolean(const Node& node, bool& value, OptionContext& context);
bool expect_table(const Node& node, OptionContext& context);
bool expect_array(const Node& node, OptionContext& context);
std::string show_number(double value);
}  // namespace option_type

/// Value of an option in a table under whichever of its names is used.
struct FoundOption {
    const Node* value = nullptr;
    bool good = true;
};
/// Adds the option's names to `keys`; reports a missing required option, deprecated names, and an
/// option given under two names.
FoundOption find_option(const OptionDescription& option, const Node& table, OptionContext& context,
                        KnownKeys& keys);
/// Bounds and emptiness of a value that was read without error.
bool check_constraints(const TypeDescription& type, const Node& node, OptionContext& context);
/// Index of the form that a tagged union's discriminator selects; reports its absence.
std::optional<std::size_t> find_form(const Node& table, const std::string& discriminator,
                                     const std::vector<std::string>& names,
                                     const std::string& default_form, OptionContext& context);

/// The natural type of a member: specialised below for scalars, optionals, vectors and maps.
template <typename M>
struct TypeOf;

template <typename M>
Type<M> type_of() {
    return TypeOf<M>::make();
}

template <>
struct TypeOf<bool> {
    static Type<bool> make() {
        return {option_type::plain(TypeDescription::Kind::Boolean),
                option_type::read_boolean,
                [](const bool& value) { return std::string(value ? "true" : "false"); },
                {}};
    }
};

template <>
struct TypeOf<std::string> {
    static Type<std::string> make() {
        return {option_type::plain(TypeDescription::Kind::String),
                option_type::read_string,
                [](const std::string& value) { return value.empty() ? "" : quote_json(value); },
                {}};
    }
};

template <std::integral M>
struct TypeOf<M> {
    static Type<M> make() {
        auto description = option_type::plain(TypeDescription::Kind::Integer);
        if constexpr (std::unsigned_integral<M>)
            description.minimum = 0;
        const auto read = [](const Node& node, M& value, OptionContext& context) {
            std::int64_t wide = 0;
            if (!option_type::read_integer(
                    node, std::numeric_limits<M>::min(),
                    static_cast<std::uint64_t>(std::numeric_limits<M>::max()), wide, context))
                return false;
            value = static_cast<M>(wide);
            return true;
        };
        return {
            std::move(description), read, [](const M& value) { return std::to_string(value); }, {}};
    }
};

template <std::floating_point M>
struct TypeOf<M> {
    static Type<M> make() {
        const auto read = [](const Node& node, M& value, OptionContext& context) {
            double wide = 0;
            if (!option_type::read_number(node, wide, context))
                return false;
            value = static_cast<M>(wide);
            return true;
        };
        return {option_type::plain(TypeDescription::Kind::Float),
                read,
                [](const M& value) { return option_type::show_number(static_cast<double>(value)); },
                {}};
    }
};

/// The node itself, unread: for parts that another layer understands.
template <>
struct TypeOf<Node> {
    static Type<Node> make() {
        return {option_type::plain(TypeDescription::Kind::Any),
                [](const Node& node, Node& value, OptionContext&) {
                    value = node;
                    return true;
                },
                [](const Node&) { return std::string(); },
                {}};
    }
};

/// Absent or null stays empty.
template <typename U>
Type<std::optional<U>> nullable(Type<U> inner) {
    Type<std::optional<U>> type;
    type.description = inner.description;
    type.show = [show = inner.show](const std::optional<U>& value) {
        return value ? show(*value) : std::string();
    };
    if (inner.read_keys)
        type.read_keys = [read = inner.read_keys](const Node& node, std::optional<U>& value,
                                                  OptionContext& context, KnownKeys& keys) {
            return read(node, value.emplace(), context, keys);
        };
    type.read = [read = std::move(inner.read)](const Node& node, std::optional<U>& value,
                                               OptionContext& context) {
        value.reset();
        return node.is(Node::Kind::Null) || read(node, value.emplace(), context);
    };
    return type;
}

/// The value and where it was written.
template <typename U>
Type<Located<U>> located(Type<U> inner) {
    return {inner.description,
            [read = inner.read](const Node& node, Located<U>& value, OptionContext& context) {
                value.location = node.location();
                return read(node, value.value, context);
            },
            [show = inner.show](const Located<U>& value) { return show(value.value); },
            {}};
}

/// An array of alike elements.
template <typename U>
Type<std::vector<U>> array_of(Type<U> element) {
    Type<std::vector<U>> type;
    type.description = option_type::plain(TypeDescription::Kind::Array);
    type.description.parts.push_back(element.description);
    type.show = [show = element.show](const std::vector<U>& values) {
        std::string text;
        for (const U& value : values)
            text += (text.empty() ? "" : ", ") + show(value);
        return "[" + text + "]";
    };
    type.read = [read = std::move(element.read)](const Node& node, std::vector<U>& values,
                                                 OptionContext& context) {
        if (!option_type::expect_array(node, context))
            return false;
        values.clear();
        bool good = true;
        for (std::size_t index = 0; index < node.items().size(); ++index) {
            const OptionPath path(context, index);
            U value{};
            good &= read(node.items()[index], value, context);
            values.push_back(std::move(value));
        }
        return good;
    };
    return type;
}

/// One element or an array of them.
template <typename U>
Type<std::vector<U>> one_or_many(Type<U> element) {
    auto type = array_of(element);
    auto array = type.description;
    type.description = option_type::plain(TypeDescription::Kind::AnyOf);
    type.description.parts = {element.description, std::move(array)};
    type.read = [many = std::move(type.read), one = std::move(element.read)](
                    const Node& node, std::vector<U>& values, OptionContext& context) {
        if (node.is(Node::Kind::Array))
            return many(node, values, context);
        values.assign(1, U{});
        return one(node, values.front(), context);
    };
    return type;
}

/// A table whose keys the user chooses.
template <typename U>
Type<std::map<std::string, U>> map_of(Type<U> element) {
    Type<std::map<std::string, U>> type;
    type.description = option_type::plain(TypeDescription::Kind::Map);
    type.description.parts.push_back(element.description);
    type.show = [show = element.show](const std::map<std::string, U>& values) {
        std::string text;
        for (const auto& [key, value] : values)
            text += (text.empty() ? "" : ", ") + quote_json(key) + ": " + show(value);
        return "{" + text + "}";
    };
    type.read = [read = std::move(element.read)](const Node& node, std::map<std::string, U>& values,
                                                 OptionContext& context) {
        if (!option_type::expect_table(node, context))
            return false;
        values.clear();
        bool good = true;
        for (const Node::Entry& entry : node.entries()) {
            const OptionPath path(context, entry.key);
            good &= read(entry.value, values[entry.key], context);
        }
        return good;
    };
    return type;
}

template <typename U>
struct TypeOf<std::optional<U>> {
    static Type<std::optional<U>> make() { return nullable(type_of<U>()); }
};
template <typename U>
struct TypeOf<Located<U>> {
    static Type<Located<U>> make() { return located(type_of<U>()); }
};
template <typename U>
struct TypeOf<std::vector<U>> {
    static Type<std::vector<U>> make() { return array_of(type_of<U>()); }
};
template <typename U>
struct TypeOf<std::map<std::string, U>> {
    static Type<std::map<std::string, U>> make() { return map_of(type_of<U>()); }
};

/// A duration that the user writes as a number of `Unit`s, fractions allowed where the member can
/// hold them: `in_seconds<std::chrono::milliseconds>()` reads 0.5 as 500 ms.
template <typename Duration, typename Unit>
Type<Duration> duration_in(std::string unit) {
    constexpr bool fractions =
        std::ratio_less_v<typename Duration::period, typename Unit::period> ||
        std::is_floating_point_v<typename Duration::rep>;
    Type<Duration> type;
    type.description = option_type::plain(fractions ? TypeDescription::Kind::Float
                                                    : TypeDescription::Kind::Integer);
    type.description.unit = std::move(unit);
    type.description.minimum = 0;
    type.show = [](const Duration& value) {
        using Wide = std::chrono::duration<double, typename Unit::period>;
        return option_type::show_number(std::chrono::duration_cast<Wide>(value).count());
    };
    type.read = [](const Node& node, Duration& value, OptionContext& context) {
        using Wide = std::chrono::duration<double, typename Unit::period>;
        double count = 0;
        if (!fractions && !node.is(Node::Kind::Integer))
            return context.wrong_type(node, "an integer");
        if (!option_type::read_number(node, count, context))
            return false;
        const double limit = std::chrono::duration_cast<Wide>(Duration::max()).count();
        if (count < 0 || count >= limit)
            return context.wrong_value(node, "a duration that is not negative and not too long");
        value = std::chrono::duration_cast<Duration>(Wide(count));
        return true;
    };
    return type;
}
template <typename Duration = std::chrono::nanoseconds>
Type<Duration> in_seconds() {
    return duration_in<Duration, std::chrono::seconds>("seconds");
}
template <typename Duration = std::chrono::milliseconds>
Type<Duration> in_milliseconds() {
    return duration_in<Duration, std::chrono::milliseconds>("milliseconds");
}
/// `std::chrono::seconds` members are whole seconds; every other duration names its unit.
template <>
struct TypeOf<std::chrono::seconds> {
    static Type<std::chrono::seconds> make() { return in_seconds<std::chrono::seconds>(); }
};

/// A size in bytes, written as an integer.
template <std::unsigned_integral M = std::uint64_t>
Type<M> bytes() {
    auto type = type_of<M>();
    type.description.unit = "bytes";
    return type;
}

/// One permitted word and the value that it stands for.
template <typename E>
struct ChoiceOf {
    std::string name;
    E value;
    std::string description;
};

/// One of a few words: `choice<Codec>({{"json", Codec::Json, "One JSON document an event."}, …})`.
template <typename E>
Type<E> choice(std::vector<ChoiceOf<E>> choices) {
    Type<E> type;
    type.description = option_type::plain(TypeDescription::Kind::Choice);
    for (const auto& each : choices)
        type.description.choices.push_back({each.name, each.description});
    type.show = [choices](const E& value) {
        for (const auto& each : choices)
            if (each.value == value)
                return quote_json(each.name);
        return std::string();
    };
    type.read = [choices = std::move(choices)](const Node& node, E& value, OptionContext& context) {
        std::string word;
        if (!option_type::read_string(node, word, context))
            return false;
        std::vector<std::string> names;
        for (const auto& each : choices) {
            if (each.name == word) {
                value = each.value;
                return true;
            }
            names.push_back(each.name);
        }
        return context.unknown_variant(node, names);
    };
    return type;
}

/// A string that `parse` (`Result<M>(const std::string&)`) turns into a value: addresses,
/// templates, regexes. Its error stands below the string.
template <typename M, typename Parse>
Type<M> parsed(Parse parse) {
    Type<M> type;
    type.description = option_type::plain(TypeDescription::Kind::String);
    type.show = [](const M&) { return std::string(); };
    type.read = [parse = std::move(parse)](const Node& node, M& value, OptionContext& context) {
        std::string text;
        if (!option_type::read_string(node, text, context))
            return false;
        Result<M> result = parse(text);
        if (!result) {
            context.error(node.location(), result.error().message);
            return false;
        }
        value = *std::move(result);
        return true;
    };
    return type;
}

/// Anything else: `read` (`bool(const Node&, M&, OptionContext&)`) reports its own errors.
template <typename M, typename Read>
Type<M> custom(TypeDescription description, Read read) {
    return {std::move(description), std::move(read), [](const M&) { return std::string(); }, {}};
}

/// Two forms told apart by the node's kind: `first` when the node is one of `kinds`, else `second`.
/// Each alternative is assigned to M (a variant, or any type that both convert to).
template <typename M, typename A, typename B>
Type<M> either(std::vector<Node::Kind> kinds, Type<A> first, Type<B> second) {
    Type<M> type;
    type.description = option_type::plain(TypeDescription::Kind::AnyOf);
    type.description.parts = {first.description, second.description};
    type.show = [](const M&) { return std::string(); };
    type.read = [kinds = std::move(kinds), first = std::move(first.read),
                 second = std::move(second.read)](const Node& node, M& value,
                                                  OptionContext& context) {
        const auto read_as = [&]<typename U>(const auto& read, U part) {
            const bool good = read(node, part, context);
            value = std::move(part);
            return good;
        };
        for (const Node::Kind kind : kinds)
            if (node.is(kind))
                return read_as(first, A{});
        return read_as(second, B{});
    };
    return type;
}

}  // namespace engine::config
