#include "engine/vrl/grok/rule_filter.hpp"

#include <absl/strings/ascii.h>
#include <absl/time/clock.h>
#include <fmt/format.h>

#include <array>
#include <cmath>

#include "engine/codec/json_parser.hpp"
#include "engine/codec/xml_parser.hpp"
#include "engine/vrl/grok/date_pattern.hpp"
#include "engine/vrl/grok/key_value_filter.hpp"
#include "engine/vrl/letter_case.hpp"
#include "engine/vrl/ruby/ruby_hash.hpp"
#include "engine/vrl/text/whole_number.hpp"
#include "engine/vrl/url/form_urlencoded.hpp"
#include "engine/vrl/url/percent.hpp"

namespace engine::vrl {
namespace {

using Made = std::expected<std::shared_ptr<const RuleFilter>, std::string>;
using Kind = RuleFunction::Kind;

/// An integer where the number is whole.
Value number_value(double number) {
    constexpr double limit = 9.2e18;
    return std::trunc(number) == number && std::abs(number) < limit
               ? Value::integer(static_cast<std::int64_t>(number))
               : Value::floating(number);
}

std::optional<double> number_of(const Value& value) {
    if (value.is_integer()) {
        return static_cast<double>(value.as_integer());
    }
    if (value.is_float()) {
        return value.as_float();
    }
    const auto number =
        value.is_bytes() ? whole_number<double>(value.as_bytes()) : std::optional<double>();
    return number && std::isfinite(*number) ? number : std::nullopt;
}

std::optional<Value> to_number(const Value& value, Arena& /*arena*/) {
    const auto number = number_of(value);
    return number ? std::optional(number_value(*number)) : std::nullopt;
}

std::optional<Value> to_integer(const Value& value, Arena& /*arena*/) {
    if (value.is_bytes()) {
        if (const auto exact = whole_number<std::int64_t>(value.as_bytes())) {
            return Value::integer(*exact);
        }
    }
    const auto number = number_of(value);
    return number && std::abs(*number) < 9.2e18
               ? std::optional(Value::integer(static_cast<std::int64_t>(*number)))
               : std::nullopt;
}

std::optional<Value> to_boolean(const Value& value, Arena& /*arena*/) {
    const std::string_view text = value.is_bytes() ? value.as_bytes() : std::string_view();
    return Value::boolean(absl::AsciiStrToLower({text.data(), text.size()}) == "true");
}

std::optional<Value> to_json(const Value& value, Arena& arena) {
    const Result<Value> parsed =
        JsonParser::local().parse(arena.copy(value.is_bytes() ? value.as_bytes() : ""), arena);
    return parsed ? std::optional(*parsed) : std::nullopt;
}

std::optional<Value> to_ruby_hash(const Value& value, Arena& arena) {
    if (!value.is_bytes()) {
        return std::nullopt;
    }
    const auto hash = parse_ruby_hash(arena.copy(value.as_bytes()), arena);
    return hash ? std::optional(*hash) : std::nullopt;
}

std::optional<Value> to_lower_case(const Value& value, Arena& arena) {
    return value.is_bytes() ? std::optional(to_lower(value.as_bytes(), arena)) : std::nullopt;
}

std::optional<Value> to_upper_case(const Value& value, Arena& arena) {
    return value.is_bytes() ? std::optional(to_upper(value.as_bytes(), arena)) : std::nullopt;
}

std::optional<Value> decode_component(const Value& value, Arena& arena) {
    return value.is_bytes() ? std::optional(Value::copy_of(percent_decode(value.as_bytes()), arena))
                            : std::nullopt;
}

std::optional<Value> query_string(const Value& value, Arena& arena) {
    if (!value.is_bytes()) {
        return std::nullopt;
    }
    std::string_view text = value.as_bytes();
    text.remove_prefix(text.starts_with('?') ? 1 : 0);
    const auto pairs = parse_form_urlencoded(text);
    std::vector<Member> members;
    for (const auto& [key, part] : pairs) {
        members.push_back({key, Value::copy_of(part, arena)});
    }
    return object_of(members, arena);
}

std::optional<Value> to_xml(const Value& value, Arena& arena) {
    const XmlOptions options{.attribute_prefix = "",
                             .text_key = "value",
                             .parses_booleans = false,
                             .parses_null = false,
                             .parses_numbers = false};
    const auto document = value.is_bytes() ? parse_xml(arena.copy(value.as_bytes()), options, arena)
                                           : std::unexpected(std::string());
    return document ? std::optional(*document) : std::nullopt;
}

using Apply = std::optional<Value> (*)(const Value& value, Arena& arena);

/// Filters without arguments.
class PlainFilter final : public RuleFilter {
public:
    explicit PlainFilter(Apply apply) : apply_(apply) {}
    std::optional<Value> apply(const Value& value, Arena& arena) const override {
        return apply_(value, arena);
    }

private:
    Apply apply_;
};

constexpr std::array<std::pair<std::string_view, Apply>, 12> plain_filters = {
    {{"integer", to_integer},
     {"integerExt", to_integer},
     {"number", to_number},
     {"numberExt", to_number},
     {"boolean", to_boolean},
     {"json", to_json},
     {"rubyhash", to_ruby_hash},
     {"lowercase", to_lower_case},
     {"uppercase", to_upper_case},
     {"decodeuricomponent", decode_component},
     {"querystring", query_string},
     {"xml", to_xml}}};

class NullIfFilter final : public RuleFilter {
public:
    explicit NullIfFilter(std::string text) : text_(std::move(text)) {}
    std::optional<Value> apply(const Value& value, Arena& /*arena*/) const override {
        return value.is_bytes() && value.as_bytes() == text_ ? Value::null() : value;
    }

private:
    std::string text_;
};

class ScaleFilter final : public RuleFilter {
public:
    explicit ScaleFilter(double factor) : factor_(factor) {}
    std::optional<Value> apply(const Value& value, Arena& /*arena*/) const override {
        const auto number = number_of(value);
        const double scaled = number.value_or(0) * factor_;
        return number && std::isfinite(scaled) ? std::optional(number_value(scaled)) : std::nullopt;
    }

private:
    double factor_;
};

/// Splits a list in brackets.
class ArrayFilter final : public RuleFilter {
public:
    ArrayFilter(std::string brackets, std::string separator,
                std::shared_ptr<const RuleFilter> item_filter)
        : brackets_(std::move(brackets)),
          separator_(std::move(separator)),
          item_filter_(std::move(item_filter)) {}

    std::optional<Value> apply(const Value& value, Arena& arena) const override {
        if (!value.is_bytes()) {
            return std::nullopt;
        }
        const std::optional<std::string_view> inside = contents(value.as_bytes());
        if (!inside) {
            return std::nullopt;
        }
        std::vector<Value> items;
        std::string_view rest = arena.copy(*inside);
        while (!rest.empty()) {
            const std::string_view text = rest.substr(0, rest.find(separator_));
            rest.remove_prefix(std::min(text.size() + separator_.size(), rest.size()));
            const absl::string_view part = absl::StripAsciiWhitespace({text.data(), text.size()});
            const Value item = Value::bytes({part.data(), part.size()});
            const auto filtered =
                item_filter_ ? item_filter_->apply(item, arena) : std::optional(item);
            if (!filtered) {
                return std::nullopt;
            }
            items.push_back(*filtered);
        }
        return array_of(items, arena);
    }

private:
    [[nodiscard]] std::optional<std::string_view> contents(std::string_view text) const {
        const bool is_enclosed = text.size() >= 2 && brackets_.size() == 2 &&
                                 text.front() == brackets_[0] && text.back() == brackets_[1];
        if (is_enclosed) {
            return text.substr(1, text.size() - 2);
        }
        return brackets_.empty() ? std::optional(text) : std::nullopt;
    }

    std::string brackets_;
    std::string separator_;
    std::shared_ptr<const RuleFilter> item_filter_;
};

/// Key and value pairs in one text.
class KeyValueFilter final : public RuleFilter {
public:
    explicit KeyValueFilter(KeyValueSyntax syntax) : syntax_(std::move(syntax)) {}
    std::optional<Value> apply(const Value& value, Arena& arena) const override {
        if (!value.is_bytes()) {
            return std::nullopt;
        }
        std::vector<Member> members;
        for (const auto& [key, text] : find_pairs(arena.copy(value.as_bytes()), syntax_)) {
            members.push_back({key, converted(text)});
        }
        return object_of(members, arena);
    }

private:
    static Value converted(std::string_view text) {
        if (const auto integer = whole_number<std::int64_t>(text)) {
            return Value::integer(*integer);
        }
        const bool may_be_number =
            text.find_first_not_of("+-.0123456789eE") == std::string_view::npos;
        const auto number = may_be_number ? whole_number<double>(text) : std::nullopt;
        if (number && std::isfinite(*number)) {
            return Value::floating(*number);
        }
        return text == "true" || text == "false" ? Value::boolean(text == "true")
                                                 : Value::bytes(text);
    }

    KeyValueSyntax syntax_;
};

class DateFilter final : public RuleFilter {
public:
    DateFilter(DatePattern pattern, absl::TimeZone zone)
        : pattern_(std::move(pattern)), zone_(zone) {}
    std::optional<Value> apply(const Value& value, Arena& /*arena*/) const override {
        const auto time = value.is_bytes()
                              ? pattern_.milliseconds(value.as_bytes(), zone_, absl::Now())
                              : std::nullopt;
        return time ? std::optional(Value::integer(*time)) : std::nullopt;
    }

private:
    DatePattern pattern_;
    absl::TimeZone zone_;
};

std::unexpected<std::string> bad_arguments(const RuleFunction& function) {
    return std::unexpected(fmt::format("invalid arguments for the function '{}'", function.name));
}

bool are_texts(const RuleFunction& function, std::size_t most) {
    return function.arguments.size() <= most &&
           std::ranges::all_of(function.arguments, [](const RuleFunction& argument) {
               return argument.kind == Kind::Text;
           });
}

Made make_array(const RuleFunction& function) {
    std::vector<std::string> texts;
    std::shared_ptr<const RuleFilter> item_filter;
    for (const RuleFunction& argument : function.arguments) {
        if (item_filter || (argument.kind != Kind::Text && argument.kind != Kind::Function)) {
            return bad_arguments(function);
        }
        if (argument.kind == Kind::Text) {
            texts.push_back(argument.name);
            continue;
        }
        Made made = RuleFilter::make(argument);
        if (!made) {
            return made;
        }
        item_filter = *made;
    }
    // One text alone is the separator, unless it is a pair of brackets.
    const bool has_brackets = texts.size() == 2 || (texts.size() == 1 && texts[0].size() == 2);
    const std::string separator =
        texts.empty() || (texts.size() == 1 && has_brackets) ? "," : texts.back();
    if (texts.size() > 2 || separator.empty()) {
        return bad_arguments(function);
    }
    return std::make_shared<ArrayFilter>(texts.empty()  ? "[]"
                                         : has_brackets ? texts.front()
                                                        : "",
                                         separator, item_filter);
}

Made make_key_value(const RuleFunction& function) {
    if (!are_texts(function, 4)) {
        return bad_arguments(function);
    }
    KeyValueSyntax syntax;
    const auto text = [&](std::size_t index) {
        return index < function.arguments.size() ? function.arguments[index].name : std::string();
    };
    syntax.separator = text(0).empty() ? syntax.separator : text(0);
    syntax.value_characters = text(1);
    if (text(2).size() == 2) {
        syntax.quotes = {text(2)};
    }
    syntax.delimiters = text(3).empty() ? syntax.delimiters : text(3);
    return std::make_shared<KeyValueFilter>(std::move(syntax));
}

}  // namespace

Made RuleFilter::make(const RuleFunction& function) {
    for (const auto& [name, apply] : plain_filters) {
        if (function.name == name) {
            return std::make_shared<PlainFilter>(apply);
        }
    }
    const bool has_one = function.arguments.size() == 1;
    if (function.name == "nullIf") {
        return has_one && function.arguments[0].kind == Kind::Text
                   ? Made(std::make_shared<NullIfFilter>(function.arguments[0].name))
                   : bad_arguments(function);
    }
    if (function.name == "scale") {
        return has_one && function.arguments[0].kind == Kind::Number
                   ? Made(std::make_shared<ScaleFilter>(function.arguments[0].number))
                   : bad_arguments(function);
    }
    if (function.name == "array") {
        return make_array(function);
    }
    if (function.name == "keyvalue") {
        return make_key_value(function);
    }
    return std::unexpected(fmt::format("unknown filter '{}'", function.name));
}

Made make_date_filter(const RuleFunction& function, std::string& regex) {
    if (!are_texts(function, 2) || function.arguments.empty()) {
        return bad_arguments(function);
    }
    auto pattern = DatePattern::parse(function.arguments[0].name);
    std::optional<absl::TimeZone> zone = absl::UTCTimeZone();
    if (function.arguments.size() == 2) {
        zone = zone_or_offset(function.arguments[1].name);
    }
    if (!pattern || !zone) {
        return bad_arguments(function);
    }
    regex = pattern->regex();
    return std::make_shared<DateFilter>(std::move(*pattern), *zone);
}

}  // namespace engine::vrl
