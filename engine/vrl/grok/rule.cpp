#include "engine/vrl/grok/rule.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "engine/event/shape.hpp"

namespace engine::vrl {
namespace {

constexpr std::size_t longest_pattern = std::size_t{1} << 18;
constexpr std::size_t most_alias_levels = 32;

/// A matcher's regular expression, in which grok patterns may be named, and the filter that its
/// texts pass first.
struct Matcher {
    std::string_view name;
    std::string_view regex;
    std::string_view filter;
};

constexpr std::string_view double_quoted = R"re("(?:[^"\\]|\\.)*")re";
constexpr std::string_view single_quoted = R"re('(?:[^'\\]|\\.)*')re";

constexpr std::array matchers = {
    Matcher{"integer", R"re([+-]?\d+)re", "integer"},
    Matcher{"integerExt", R"re([+-]?\d+(?:[eE][+-]?\d+)?)re", "integerExt"},
    Matcher{"number", R"re([+-]?(?:\d+(?:\.\d*)?|\.\d+))re", "number"},
    Matcher{"numberExt", R"re([+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)re", "numberExt"},
    Matcher{"integerStr", R"re([+-]?\d+)re", ""},
    Matcher{"integerExtStr", R"re([+-]?\d+(?:[eE][+-]?\d+)?)re", ""},
    Matcher{"numberStr", R"re([+-]?(?:\d+(?:\.\d*)?|\.\d+))re", ""},
    Matcher{"numberExtStr", R"re([+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)re", ""},
    // As in the reference, no text is a boolean; the filter of that name makes one.
    Matcher{"boolean", R"re((?!))re", ""}, Matcher{"word", R"re(\b\w+\b)re", ""},
    Matcher{"notSpace", R"re(\S+)re", ""}, Matcher{"data", R"re(.*?)re", ""},
    Matcher{"doubleQuotedString", double_quoted, ""},
    Matcher{"singleQuotedString", single_quoted, ""},
    Matcher{"quotedString", R"re((?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'))re", ""},
    Matcher{"ipv4", "%{IPV4}", ""}, Matcher{"ipv6", "%{IPV6}", ""}, Matcher{"ip", "%{IP}", ""},
    Matcher{"hostname", "%{HOSTNAME}", ""}, Matcher{"ipOrHost", "%{IPORHOST}", ""},
    Matcher{"port", R"re(\d{1,5})re", ""}, Matcher{"mac", "%{MAC}", ""},
    Matcher{"uuid", "%{UUID}", ""}};

/// Flags as Oniguruma has them, where `m` lets the dot match line breaks.
std::string with_ruby_flags(std::string_view pattern) {
    std::string result;
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        result += pattern[i];
        if (pattern[i] == static_cast<char>(0x5c) && i + 1 < pattern.size()) {
            result += pattern[++i];
        } else if (pattern.substr(i).starts_with("(?")) {
            const std::size_t end = pattern.find_first_not_of("imsx-", i + 2);
            if (end != std::string_view::npos && (pattern[end] == ')' || pattern[end] == ':')) {
                std::string flags(pattern.substr(i + 2, end - i - 2));
                std::erase(flags, 'm');
                std::ranges::replace(flags, 's', 'm');
                result += "?" + flags;
                i = end - 1;
            }
        }
    }
    return result;
}

std::vector<std::string> path_of(std::string_view destination) {
    std::vector<std::string> path;
    while (!destination.empty()) {
        const std::string_view part = destination.substr(0, destination.find('.'));
        destination.remove_prefix(std::min(part.size() + 1, destination.size()));
        if (!part.empty()) {
            path.emplace_back(part);
        }
    }
    return path;
}

}  // namespace

/// Writes the pattern that grok compiles, and collects the fields on the way.
class GrokRule::Compiler {
public:
    Compiler(const RuleAliases& aliases, GrokRule& rule) : aliases_(aliases), rule_(rule) {}

    /// False after setting `error`.
    bool expand(std::string_view pattern, std::size_t level) {
        while (!pattern.empty()) {
            const std::size_t begin = std::min(pattern.find("%{"), pattern.size());
            output += with_ruby_flags(pattern.substr(0, begin));
            pattern.remove_prefix(begin);
            if (output.size() > longest_pattern) {
                error = "the pattern is longer than 256 KiB";
                return false;
            }
            if (pattern.empty()) {
                return true;
            }
            const auto element = parse_rule_element(pattern);
            if (!element) {
                error = element.error();
                return false;
            }
            if (!*element) {
                output += pattern.substr(0, 2);
                pattern.remove_prefix(2);
                continue;
            }
            if (!add(**element, level)) {
                return false;
            }
            pattern.remove_prefix((*element)->length);
        }
        return true;
    }

    std::string output;
    std::string error;

private:
    bool add(const RuleElement& element, std::size_t level) {
        Field field;
        const RuleFunction& matcher = element.matcher;
        const auto alias = aliases_.find(matcher.name);
        const auto known = std::ranges::find(matchers, matcher.name, &Matcher::name);
        const bool has_field = element.destination.has_value();
        field.group = fmt::format("grok{}", rule_.fields_.size());
        std::string regex;
        if (alias == aliases_.end() && !matcher_regex(matcher, field, regex)) {
            return false;
        }
        if (element.filter && !add_filter(field, RuleFilter::make(*element.filter))) {
            return false;
        }
        const std::string group = field.group;
        if (has_field) {
            field.path = path_of(*element.destination);
            rule_.fields_.push_back(std::move(field));
        }
        if (alias == aliases_.end() && known == matchers.end() && regex.empty()) {
            output += has_field ? fmt::format("%{{{}:{}}}", matcher.name, group)
                                : fmt::format("%{{{}}}", matcher.name);
            return true;
        }
        output += has_field ? fmt::format("(?<{}>", group) : "(?:";
        if (alias != aliases_.end()) {
            if (level >= most_alias_levels) {
                error = fmt::format("circular dependency in alias definition '{}'", matcher.name);
                return false;
            }
            if (!expand(alias->second, level + 1)) {
                return false;
            }
        } else {
            output += regex;
        }
        output += ')';
        return true;
    }

    bool add_filter(Field& field,
                    std::expected<std::shared_ptr<const RuleFilter>, std::string> filter) {
        if (!filter) {
            error = filter.error();
            return false;
        }
        field.filters.push_back(*filter);
        return true;
    }

    /// Empty for grok's own patterns.
    bool matcher_regex(const RuleFunction& matcher, Field& field, std::string& regex) {
        if (matcher.name == "date") {
            return add_filter(field, make_date_filter(matcher, regex));
        }
        if (matcher.name == "regex") {
            if (matcher.arguments.size() != 1 ||
                matcher.arguments[0].kind != RuleFunction::Kind::Text) {
                error = "invalid arguments for the function 'regex'";
                return false;
            }
            regex = with_ruby_flags(matcher.arguments[0].name);
            return true;
        }
        const auto known = std::ranges::find(matchers, matcher.name, &Matcher::name);
        if (known == matchers.end()) {
            return true;
        }
        regex = known->regex;
        RuleFunction filter;
        filter.name = known->filter;
        return known->filter.empty() || add_filter(field, RuleFilter::make(filter));
    }

    const RuleAliases& aliases_;
    GrokRule& rule_;
};

std::expected<std::shared_ptr<const GrokRule>, std::string> GrokRule::compile(
    std::string_view rule, const RuleAliases& aliases) {
    std::shared_ptr<GrokRule> result(new GrokRule);
    Compiler compiler(aliases, *result);
    if (!compiler.expand(rule, 0)) {
        return std::unexpected(compiler.error);
    }
    const std::string pattern = fmt::format("(?m)\\A{}\\z", compiler.output);
    auto grok = Grok::compile(pattern);
    if (!grok) {
        return std::unexpected(
            fmt::format("failed to parse grok expression '{}': {}", pattern, grok.error()));
    }
    result->grok_ = *grok;
    return result;
}

void GrokRule::store(const Field& field, Value value, Value& root, Arena& arena) const {
    if (field.path.empty()) {
        if (value.is_object()) {
            const ObjectNode& members = value.as_object();
            for (std::uint32_t i = 0; i < members.size(); ++i) {
                freeze(members.values[i], arena);
                insert_member(writable_object(root, arena), members.shape->keys()[i], arena) =
                    members.values[i];
            }
        }
        return;
    }
    Value* slot = &root;
    for (const std::string& key : field.path) {
        if (!slot->is_object()) {
            *slot = object_of({}, arena);
        }
        slot = &insert_member(writable_object(*slot, arena), key, arena);
    }
    if (slot->is_null()) {
        *slot = value;
    } else if (slot->is_array()) {
        push_item(writable_array(*slot, arena), value, arena);
    } else {
        const Value both[] = {*slot, value};
        *slot = array_of(both, arena);
    }
}

std::optional<Value> GrokRule::match(std::string_view text, Arena& arena) const {
    const std::optional<Value> found = grok_->match(text, arena);
    if (!found) {
        return std::nullopt;
    }
    Value root = object_of({}, arena);
    for (const Field& field : fields_) {
        const Value* part = found->as_object().find(field.group);
        if (part == nullptr || part->as_bytes().empty()) {
            continue;
        }
        std::optional<Value> value = *part;
        for (const auto& filter : field.filters) {
            value = filter->apply(*value, arena);
            if (!value || value->is_null()) {
                break;
            }
        }
        if (value && !value->is_null()) {
            store(field, *value, root, arena);
        }
    }
    return root;
}

}  // namespace engine::vrl
