#pragma once

#include <expected>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/event/container.hpp"
#include "engine/vrl/grok/grok.hpp"
#include "engine/vrl/grok/rule_filter.hpp"

namespace engine::vrl {

/// Patterns that rules may name, by name.
using RuleAliases = std::map<std::string, std::string, std::less<>>;

/// One rule of Datadog's log parsing, such as `%{word:user.name} %{integer:age:scale(10)}`: grok
/// patterns and matchers of its own, of which found texts are converted and put into an object.
/// Matches whole texts. Immutable; any thread may match with it.
class GrokRule {
public:
    /// The error is the reference's text.
    [[nodiscard]] static std::expected<std::shared_ptr<const GrokRule>, std::string> compile(
        std::string_view rule, const RuleAliases& aliases);

    /// The fields; they may be views of `text`.
    [[nodiscard]] std::optional<Value> match(std::string_view text, Arena& arena) const;

private:
    struct Field {
        /// As the pattern's group is named.
        std::string group;
        /// Empty: members go into the root.
        std::vector<std::string> path;
        std::vector<std::shared_ptr<const RuleFilter>> filters;
    };
    class Compiler;
    GrokRule() = default;
    void store(const Field& field, Value value, Value& root, Arena& arena) const;

    std::shared_ptr<const Grok> grok_;
    std::vector<Field> fields_;
};

}  // namespace engine::vrl
