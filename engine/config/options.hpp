#pragma once

#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/config/option_context.hpp"
#include "engine/config/option_type.hpp"
#include "engine/config/type_description.hpp"

/// How a component declares its options: a plain struct whose member initialisers are the defaults,
/// and one table. Parsing, errors, JSON Schema, reference pages and `engine generate` all come from
/// the table (see reference.hpp for the last three).
///
///     struct Options {
///         Address address;
///         bool strict_path = true;
///         Encoding encoding = Encoding::Text;
///         std::optional<Auth> auth;
///         std::chrono::milliseconds linger{500};
///         std::vector<std::string> headers;
///     };
///
///     OptionTable<Options> options() {
///         return {
///             required("address", &Options::address, "Where to listen.",
///             parsed<Address>(parse_address))
///                 .example("0.0.0.0:8080"),
///             optional("strict_path", &Options::strict_path, "Refuse every other path."),
///             optional("encoding", &Options::encoding, "How bodies are split.",
///                      choice<Encoding>({{"text", Encoding::Text, "Lines."}, …})),
///             optional("auth", &Options::auth, "Who may send.", auth_options()),
///             optional("linger_secs", &Options::linger, "…",
///             in_seconds<std::chrono::milliseconds>()), optional("headers", &Options::headers,
///             "…").deprecated_name("header"),
///         };
///     }
namespace engine::config {

template <typename T>
class OptionTable;

/// One line of an option table of T: made by `required`, `optional` and `flattened`, refined by the
/// methods. A value object without mutable state once the table is built.
template <typename T>
class Option {
public:
    /// Numbers: inclusive bounds.
    Option& min(double minimum) {
        bounded().minimum = minimum;
        return *this;
    }
    Option& max(double maximum) {
        bounded().maximum = maximum;
        return *this;
    }
    /// Strings, arrays and tables: at least one character or entry.
    Option& non_empty() {
        description_.type.non_empty = true;
        return *this;
    }
    /// As TOML: `"0.0.0.0:8080"` is written with its quotes.
    Option& example(std::string toml) {
        description_.example = std::move(toml);
        return *this;
    }
    Option& unit(std::string unit) {
        description_.type.unit = std::move(unit);
        return *this;
    }
    /// Another name, accepted in silence.
    Option& alias(std::string name) {
        description_.aliases.push_back(std::move(name));
        return *this;
    }
    /// An older name: accepted with a warning that names this one.
    Option& deprecated_name(std::string name) {
        description_.deprecated_names.push_back(std::move(name));
        return *this;
    }
    /// The option itself is going away; `advice` says what to use instead.
    Option& deprecated(std::string advice) {
        description_.deprecation = std::move(advice);
        return *this;
    }
    /// Checks the node before it is read: `bool(const Node&, OptionContext&)`.
    Option& check(std::function<bool(const Node&, OptionContext&)> check) {
        checks_.push_back(std::move(check));
        return *this;
    }

    [[nodiscard]] const OptionDescription& description() const { return description_; }

private:
    friend class OptionTable<T>;
    template <typename O, typename M>
    friend Option<O> make_option(OptionDescription description, M O::* member, Type<M> type);

    TypeDescription& bounded() {
        using Kind = TypeDescription::Kind;
        auto& type = description_.type;
        return type.kind == Kind::Array && !type.parts.empty() ? type.parts.front() : type;
    }

    OptionDescription description_;
    std::vector<std::function<bool(const Node&, OptionContext&)>> checks_;
    std::function<bool(const Node&, T&, OptionContext&)> read_;
    std::function<bool(const Node&, T&, OptionContext&, KnownKeys&)> read_keys_;
    std::function<std::string(const T&)> show_;
};

/// The options of one struct. See the top of this file.
template <typename T>
class OptionTable {
public:
    OptionTable() = default;
    OptionTable(std::initializer_list<Option<T>> options) : options_(options) {}

    OptionTable& add(Option<T> option) {
        options_.push_back(std::move(option));
        return *this;
    }
    /// Unknown keys are warnings: for components whose counterpart in Vector ignores them.
    OptionTable& tolerate_unknown() {
        unknown_ = KnownKeys::Unknown::Warning;
        return *this;
    }
    /// A check across options, run when each of them was read without error:
    /// `void(const T&, const Node& table, OptionContext&)`.
    OptionTable& check(std::function<void(const T&, const Node&, OptionContext&)> check) {
        checks_.push_back(std::move(check));
        return *this;
    }

    /// Reads a table into `value`, whose members hold the defaults; false when errors were
    /// reported.
    bool read(const Node& node, T& value, OptionContext& context) const {
        KnownKeys keys;
        if (!option_type::expect_table(node, context))
            return false;
        const bool good = read_keys(node, value, context, keys);
        return keys.report_unknown(node, context, unknown_) && good;
    }
    [[nodiscard]] std::optional<T> parse(const Node& node, OptionContext& context) const {
        T value{};
        if (!read(node, value, context))
            return std::nullopt;
        return value;
    }
    /// Reports each key of `node` that is not in `keys`, as this table wants it; false on errors.
    bool report_unknown(const Node& node, OptionContext& context, const KnownKeys& keys) const {
        return keys.report_unknown(node, context, unknown_);
    }
    /// Reads the keys that this table knows and leaves the others to the caller.
    bool read_keys(const Node& node, T& value, OptionContext& context, KnownKeys& keys) const {
        bool good = true;
        for (const Option<T>& option : options_)
            good &= read_option(option, node, value, context, keys);
        if (!good)
            return false;
        const std::size_t before = context.errors();
        for (const auto& check : checks_)
            check(value, node, context);
        return context.errors() == before;
    }

    /// With the defaults that a value-initialised T has.
    [[nodiscard]] std::vector<OptionDescription> describe() const {
        std::vector<OptionDescription> descriptions;
        const T defaults{};
        for (const Option<T>& option : options_) {
            descriptions.push_back(option.description_);
            auto& last = descriptions.back();
            if (!last.required && !last.flattened)
                last.default_value = option.show_(defaults);
        }
        return descriptions;
    }
    /// This table as the type of a member.
    [[nodiscard]] Type<T> type() const {
        const auto table = std::make_shared<const OptionTable>(*this);
        Type<T> type;
        type.description = option_type::plain(TypeDescription::Kind::Table);
        type.description.options = describe();
        type.show = [](const T&) { return std::string(); };
        type.read = [table](const Node& node, T& value, OptionContext& context) {
            return table->read(node, value, context);
        };
        type.read_keys = [table](const Node& node, T& value, OptionContext& context,
                                 KnownKeys& keys) {
            return table->read_keys(node, value, context, keys);
        };
        return type;
    }

private:
    static bool read_option(const Option<T>& option, const Node& node, T& value,
                            OptionContext& context, KnownKeys& keys) {
        if (option.description_.flattened)
            return option.read_keys_(node, value, context, keys);
        const FoundOption found = find_option(option.description_, node, context, keys);
        if (found.value == nullptr)
            return found.good;
        const OptionPath path(context, option.description_.name);
        for (const auto& check : option.checks_)
            if (!check(*found.value, context))
                return false;
        return option.read_(*found.value, value, context) &&
               check_constraints(option.description_.type, *found.value, context) && found.good;
    }

    std::vector<Option<T>> options_;
    std::vector<std::function<void(const T&, const Node&, OptionContext&)>> checks_;
    KnownKeys::Unknown unknown_ = KnownKeys::Unknown::Error;
};

template <typename O, typename M>
Option<O> make_option(OptionDescription description, M O::* member, Type<M> type) {
    Option<O> option;
    option.description_ = std::move(description);
    option.description_.type = std::move(type.description);
    option.show_ = [member, show = std::move(type.show)](const O& owner) {
        return show(owner.*member);
    };
    option.read_ = [member, read = std::move(type.read)](const Node& node, O& owner,
                                                         OptionContext& context) {
        return read(node, owner.*member, context);
    };
    if (type.read_keys)
        option.read_keys_ = [member, read = std::move(type.read_keys)](const Node& node, O& owner,
                                                                       OptionContext& context,
                                                                       KnownKeys& keys) {
            return read(node, owner.*member, context, keys);
        };
    return option;
}

namespace option_type {

template <typename M>
struct Shape {
    template <typename U>
    static Type<M> from(Type<U> type) {
        static_assert(std::is_same_v<M, U>, "the given type does not produce the member's type");
        return type;
    }
};
template <typename E>
struct Shape<std::optional<E>> {
    template <typename U>
    static Type<std::optional<E>> from(Type<U> type) {
        if constexpr (std::is_same_v<std::optional<E>, U>)
            return type;
        else
            return nullable(Shape<E>::from(std::move(type)));
    }
};
template <typename E>
struct Shape<Located<E>> {
    template <typename U>
    static Type<Located<E>> from(Type<U> type) {
        if constexpr (std::is_same_v<Located<E>, U>)
            return type;
        else
            return located(Shape<E>::from(std::move(type)));
    }
};
template <typename E>
struct Shape<std::vector<E>> {
    template <typename U>
    static Type<std::vector<E>> from(Type<U> type) {
        if constexpr (std::is_same_v<std::vector<E>, U>)
            return type;
        else
            return array_of(Shape<E>::from(std::move(type)));
    }
};
template <typename E>
struct Shape<std::map<std::string, E>> {
    template <typename U>
    static Type<std::map<std::string, E>> from(Type<U> type) {
        if constexpr (std::is_same_v<std::map<std::string, E>, U>)
            return type;
        else
            return map_of(Shape<E>::from(std::move(type)));
    }
};

template <typename U>
Type<U> as_type(Type<U> type) {
    return type;
}
template <typename U>
Type<U> as_type(const OptionTable<U>& table) {
    return table.type();
}

}  // namespace option_type

/// An option without which the component makes no sense. `shape` is a `Type<M>` or an option table;
/// given one for the element of an optional, vector or map member, it is lifted.
template <typename T, typename M, typename S>
Option<T> required(std::string name, M T::* member, std::string description, S shape) {
    return make_option(
        OptionDescription{
            .name = std::move(name), .description = std::move(description), .required = true},
        member, option_type::Shape<M>::from(option_type::as_type(std::move(shape))));
}
template <typename T, typename M>
Option<T> required(std::string name, M T::* member, std::string description) {
    return required(std::move(name), member, std::move(description), type_of<M>());
}

/// An option whose default is the member's initialiser.
template <typename T, typename M, typename S>
Option<T> optional(std::string name, M T::* member, std::string description, S shape) {
    return make_option(
        OptionDescription{.name = std::move(name), .description = std::move(description)}, member,
        option_type::Shape<M>::from(option_type::as_type(std::move(shape))));
}
template <typename T, typename M>
Option<T> optional(std::string name, M T::* member, std::string description) {
    return optional(std::move(name), member, std::move(description), type_of<M>());
}

/// The keys of a table or tagged union that stand directly in the enclosing table.
template <typename T, typename M, typename S>
Option<T> flattened(M T::* member, S shape) {
    return make_option(OptionDescription{.flattened = true}, member,
                       option_type::Shape<M>::from(option_type::as_type(std::move(shape))));
}

/// One form of a tagged union V.
template <typename V>
struct Form {
    TaggedForm description;
    std::function<bool(const Node&, V&, OptionContext&, KnownKeys&)> read_keys;
};

template <typename V, typename A>
Form<V> form(std::string name, std::string description, OptionTable<A> table) {
    Form<V> result;
    result.description = {std::move(name), std::move(description), table.describe()};
    result.read_keys = [table = std::move(table)](const Node& node, V& value,
                                                  OptionContext& context, KnownKeys& keys) {
        A alternative{};
        const bool good = table.read_keys(node, alternative, context, keys);
        value = std::move(alternative);
        return good;
    };
    return result;
}

/// How a tagged union may be written, beside as a table with its discriminator.
struct TagRules {
    /// The word alone stands for a table with nothing but the discriminator.
    bool word_alone = false;
    /// Form when the discriminator is absent; empty: it is required.
    std::string default_form;
};

/// A table whose key `discriminator` selects which further options it has:
/// `tagged<Auth>("strategy", {form<Auth>("basic", "…", basic_options()), …})`.
template <typename V>
Type<V> tagged(std::string discriminator, std::vector<Form<V>> forms, TagRules rules = {}) {
    Type<V> type;
    type.description = option_type::plain(TypeDescription::Kind::Tagged);
    type.description.discriminator = discriminator;
    type.description.default_form = rules.default_form;
    std::vector<std::string> names;
    for (const auto& each : forms) {
        type.description.forms.push_back(each.description);
        names.push_back(each.description.name);
    }
    type.show = [](const V&) { return std::string(); };
    type.read_keys = [discriminator, names, rules, forms = std::move(forms)](
                         const Node& node, V& value, OptionContext& context, KnownKeys& keys) {
        keys.add(discriminator);
        const auto index = find_form(node, discriminator, names, rules.default_form, context);
        return index && forms[*index].read_keys(node, value, context, keys);
    };
    type.read = [discriminator, rules, read_keys = type.read_keys](const Node& node, V& value,
                                                                   OptionContext& context) {
        KnownKeys keys;
        if (rules.word_alone && node.is(Node::Kind::String)) {
            const Node table =
                Node::table({{discriminator, node.location(), node}}, node.location());
            return read_keys(table, value, context, keys);
        }
        if (!option_type::expect_table(node, context))
            return false;
        const std::size_t before = context.errors();
        const bool good = read_keys(node, value, context, keys);
        // Which further keys are right is unknown until the form is.
        if (!good && keys.names().size() == 1 && context.errors() > before)
            return false;
        return keys.report_unknown(node, context, KnownKeys::Unknown::Error) && good;
    };
    return type;
}

/// The source of a condition, uncompiled: `"…"` (type "vrl") or `{ type, source }`. Whoever owns
/// the component compiles it and points errors into `source.location`.
struct ConditionSource {
    std::string type = "vrl";
    Located<std::string> source;
};
/// `vrl` and `datadog_search` need a source; `is_log`, `is_metric`, `is_trace` have none.
Type<ConditionSource> condition();
template <>
struct TypeOf<ConditionSource> {
    static Type<ConditionSource> make() { return condition(); }
};

}  // namespace engine::config
